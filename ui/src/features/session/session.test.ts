import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { Session } from "./session.svelte";

afterEach(() => vi.unstubAllGlobals());

test("a refused sign-in says why and leaves the session as it was; the next clears it", async () => {
  const desk = new ScriptedDesk({
    session_sign_in: () => {
      throw refusal("wrong_credentials");
    },
    connection_show: () => ({ state: "online" }),
  });
  const session = new Session();
  expect(await session.signIn("http://127.0.0.1", "d@proffer.example", "no")).toBe(false);
  expect(session.error?.code).toBe("wrong_credentials");
  expect(session.view).toBeNull();
  expect(session.isWorking).toBe(false);

  desk.answers.session_sign_in = () => ({ state: "signed_in" });
  expect(await session.signIn("http://127.0.0.1", "d@proffer.example", "yes")).toBe(true);
  expect(session.error).toBeNull();
  expect(session.view?.state).toBe("signed_in");
  expect(session.connection?.state).toBe("online");
});
