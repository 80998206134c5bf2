import { afterEach, expect, test, vi } from "vitest";
import type { ConnectionView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { account, sessionWith, SIGNED_IN } from "./sample";
import SignOut from "./SignOut.svelte";

afterEach(() => vi.unstubAllGlobals());

function asked(waiting = 0, isCurrent = true) {
  const desk = new ScriptedDesk({
    session_sign_out: () => ({ ...SIGNED_IN, state: "signed_out" }),
    session_forget: () => SIGNED_IN,
    connection_show: () => ({ state: "signed_out" }),
  });
  const session = sessionWith({ accounts: [account("Daniel", isCurrent)] });
  session.connection = { state: "offline", waiting_count: waiting, failed_count: 0 } as ConnectionView;
  session.askToLeave("Daniel");
  const onclose = vi.fn();
  return { desk, onclose, ...shown(SignOut, { session, onclose }) };
}

test("nobody is asked about where nobody is to be left", () => {
  expect(shown(SignOut, { session: sessionWith(), onclose: () => {} }).has("sign-out-question")).toBe(false);
});

test("what waits to be sent is told before it is lost, but not of another account", () => {
  expect(asked(2).target.querySelector(".banner")?.textContent).toContain("2");
  expect(asked(0).target.querySelector(".banner")).toBeNull();
  expect(asked(2, false).target.querySelector(".banner")).toBeNull();
});

test("no leaves all as it was, yes signs out or forgets", async () => {
  const no = asked();
  no.press("sign-out-cancel");
  expect([no.onclose.mock.calls.length, no.desk.asked.length]).toEqual([1, 0]);
  const yes = asked();
  yes.press("sign-out-confirm");
  await vi.waitFor(() => expect(yes.desk.count("session_sign_out")).toBe(1));
  const other = asked(0, false);
  other.press("sign-out-confirm");
  await vi.waitFor(() => expect(other.desk.last("session_forget")).toEqual({ account_id: "Daniel" }));
});
