import { afterEach, expect, test, vi } from "vitest";
import { ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { account, sessionWith, SIGNED_IN } from "./sample";
import SignIn from "./SignIn.svelte";

afterEach(() => vi.unstubAllGlobals());

test("it stands with its fields; that a sign-in has expired is told", () => {
  const first = shown(SignIn, { session: sessionWith({ state: "signed_out" }) });
  expect(first.has("signin")).toBe(true);
  expect(first.target.querySelector('[role="status"]')).toBeNull();
  const expired = shown(SignIn, { session: sessionWith({ state: "expired" }) });
  expect(expired.target.querySelector('[role="status"]')?.textContent).toBeTruthy();
});

test("a saved account can be gone on with, however long its name", async () => {
  const desk = new ScriptedDesk({
    session_switch: () => SIGNED_IN,
    connection_show: () => ({ state: "online" }),
  });
  const accounts = [account(LONG, false)];
  const { press, text } = shown(SignIn, { session: sessionWith({ state: "signed_out", accounts }) });
  expect(text()).toContain(LONG);
  press("account-switch");
  await vi.waitFor(() => expect(desk.last("session_switch")).toEqual({ account_id: LONG }));
});
