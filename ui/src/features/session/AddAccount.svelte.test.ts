import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import AddAccount from "./AddAccount.svelte";
import { sessionWith, SIGNED_IN } from "./sample";

afterEach(() => vi.unstubAllGlobals());

test("it begins with the platform of the present account and no email, and closes once signed in", async () => {
  const desk = new ScriptedDesk({
    session_sign_in: () => SIGNED_IN,
    connection_show: () => ({ state: "online" }),
  });
  const onclose = vi.fn();
  const { find, write, target } = shown(AddAccount, { session: sessionWith(), onclose });
  expect(find<HTMLInputElement>("signin-url").value).toBe("https://answers.example");
  expect(find<HTMLInputElement>("signin-email").value).toBe("");
  write("signin-email", "mira@proffer.example");
  write("signin-password", "nine calm otters");
  target.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce());
  expect(desk.last("session_sign_in")).toMatchObject({ email: "mira@proffer.example" });
});

test("a refusal leaves it open, and it can be closed", async () => {
  new ScriptedDesk({
    session_sign_in: () => {
      throw refusal("wrong_credentials");
    },
  });
  const onclose = vi.fn();
  const { target, press, has } = shown(AddAccount, { session: sessionWith(), onclose });
  target.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await vi.waitFor(() => expect(has("error-banner")).toBe(true));
  expect(onclose).not.toHaveBeenCalled();
  press("Close");
  expect(onclose).toHaveBeenCalledOnce();
});
