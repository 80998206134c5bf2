import { afterEach, expect, test, vi } from "vitest";
import { ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import Accounts from "./Accounts.svelte";
import { account, sessionWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

const given = () => ({ onadd: vi.fn(), onsignout: vi.fn() });

test("the present account can be left, another switched to, and each says whose it is", async () => {
  const desk = new ScriptedDesk({
    session_switch: () => ({ state: "signed_in", accounts: [] }),
    connection_show: () => ({ state: "online" }),
  });
  const session = sessionWith({ accounts: [account("Daniel", true), account("Mira", false)] });
  const { onadd, onsignout } = given();
  const { all } = shown(Accounts, { session, onadd, onsignout });
  expect(all("account").map((one) => one.dataset["state"])).toEqual(["current", "saved"]);
  const switches = all("account-switch");
  expect(switches.map((one) => one.getAttribute("aria-label"))).toEqual([
    "Switch to Mira, https://answers.example",
  ]);
  all("sign-out")[0]?.click();
  all("account-forget")[0]?.click();
  expect(onsignout.mock.calls).toEqual([["Daniel"], ["Mira"]]);
  switches[0]?.click();
  await vi.waitFor(() => expect(desk.last("session_switch")).toEqual({ account_id: "Mira" }));
});

test("without a keychain it is said that the sign-in ends with this run", () => {
  const kept = shown(Accounts, { session: sessionWith(), ...given() });
  expect(kept.target.querySelector(".banner")).toBeNull();
  const lost = shown(Accounts, { session: sessionWith({ token_kept: "this_run" }), ...given() });
  expect(lost.text()).toContain("no keychain");
});

test("without accounts one can be added; long names stand in full; while one is switched no other can be", () => {
  const { onadd, onsignout } = given();
  const { press, has } = shown(Accounts, { session: sessionWith(), onadd, onsignout });
  expect(has("account")).toBe(false);
  press("account-add");
  expect(onadd).toHaveBeenCalledOnce();
  const session = sessionWith({ accounts: [account(LONG, false)] });
  session.isWorking = true;
  const busy = shown(Accounts, { session, ...given() });
  expect(busy.text()).toContain(LONG);
  expect(busy.find<HTMLButtonElement>("account-switch").disabled).toBe(true);
});
