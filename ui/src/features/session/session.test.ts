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

const account = (id: string, isCurrent: boolean) => ({
  account_id: id,
  name: id,
  initials: "D",
  email: `${id}@proffer.example`,
  platform_url: "https://answers.example",
  is_current: isCurrent,
});

test("nobody is signed out before they said yes, and another account is forgotten, not signed out", async () => {
  const desk = new ScriptedDesk({
    session_show: () => ({ state: "signed_in", accounts: [account("daniel", true), account("mira", false)] }),
    connection_show: () => ({ state: "online" }),
    session_sign_out: () => ({ state: "signed_out", accounts: [account("mira", false)] }),
    session_forget: () => ({ state: "signed_in", accounts: [account("daniel", true)] }),
  });
  const session = new Session();
  await session.load();
  expect(session.current?.account_id).toBe("daniel");
  expect(await session.leave()).toBe(false);
  expect(session.askToLeave("nobody")).toBe(false);

  expect(session.askToLeave("mira")).toBe(true);
  expect(desk.count("session_forget")).toBe(0);
  await session.leave();
  expect(desk.last("session_forget")).toEqual({ account_id: "mira" });
  expect(session.others).toEqual([]);

  session.askToLeave("daniel");
  await session.leave();
  expect(desk.count("session_sign_out")).toBe(1);
  expect(session.current).toBeNull();
  expect(session.others.map(({ account_id }) => account_id)).toEqual(["mira"]);
});

test("a switch that is refused says why and leaves the account as it was", async () => {
  new ScriptedDesk({
    session_show: () => ({ state: "signed_in", accounts: [account("daniel", true), account("mira", false)] }),
    connection_show: () => ({ state: "online" }),
    session_switch: () => {
      throw refusal("storage_failed");
    },
  });
  const session = new Session();
  await session.load();
  expect(await session.switchTo("mira")).toBe(false);
  expect(session.error?.code).toBe("storage_failed");
  expect(session.current?.account_id).toBe("daniel");
});

test("a code is sent only after the platform has asked for one", async () => {
  const desk = new ScriptedDesk({
    session_sign_in: ({ code }) => {
      if (!code) throw refusal("code_needed");
      return { state: "signed_in" };
    },
    connection_show: () => ({ state: "online" }),
  });
  const session = new Session();
  expect(await session.signIn("http://127.0.0.1", "d@proffer.example", "right")).toBe(false);
  expect(session.asksCode).toBe(true);
  expect(desk.last("session_sign_in")).not.toHaveProperty("code");
  expect(await session.signIn("http://127.0.0.1", "d@proffer.example", "right", " 123 456 ")).toBe(true);
  expect(desk.last("session_sign_in")).toMatchObject({ code: "123 456" });
  expect(session.asksCode).toBe(false);
});
