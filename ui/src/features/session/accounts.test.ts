import { flushSync, mount, unmount } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { SavedAccount, SessionView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import Accounts from "./Accounts.svelte";
import { Guide } from "./guide.svelte";
import GuideStrip from "./Guide.svelte";
import { Session } from "./session.svelte";

const account = (name: string, isCurrent: boolean): SavedAccount => ({
  account_id: name,
  name,
  initials: name.charAt(0),
  email: `${name}@proffer.example`,
  platform_url: "https://answers.example",
  is_current: isCurrent,
});

afterEach(() => vi.unstubAllGlobals());

test("the present account can be left, another switched to, and each says whose it is", async () => {
  const desk = new ScriptedDesk({
    session_switch: () => ({ state: "signed_in", accounts: [] }),
    connection_show: () => ({ state: "online" }),
  });
  const session = new Session();
  session.view = {
    state: "signed_in",
    token_kept: "this_run",
    accounts: [account("Daniel", true), account("Mira", false)],
  } as unknown as SessionView;
  const [onadd, onsignout] = [vi.fn(), vi.fn()];
  const target = document.createElement("div");
  const made = mount(Accounts, { target, props: { session, onadd, onsignout } });
  flushSync();
  const all = (id: string) => [...target.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
  expect(all("account").map((one) => one.dataset["state"])).toEqual(["current", "saved"]);
  expect(target.textContent).toContain("no keychain");
  const switches = all("account-switch");
  expect(switches.map((one) => one.getAttribute("aria-label"))).toEqual([
    "Switch to Mira, https://answers.example",
  ]);
  all("sign-out")[0]?.click();
  all("account-forget")[0]?.click();
  expect(onsignout.mock.calls).toEqual([["Daniel"], ["Mira"]]);
  switches[0]?.click();
  await vi.waitFor(() => expect(desk.last("session_switch")).toEqual({ account_id: "Mira" }));
  await unmount(made);
});

test("the first steps show what is done, which is next and how, and go when they are put away", async () => {
  const kinds = ["locked", "scope_clear", "answered", "confirmed", "offered"] as const;
  const view = (done: number, isOpen = true) => ({
    is_open: isOpen,
    steps: kinds.map((kind, index) => ({ kind, is_done: index < done })),
  });
  new ScriptedDesk({ guide_open: ({ is_open }) => view(5, is_open) });
  const guide = new Guide();
  guide.view = view(1);
  const target = document.createElement("div");
  const made = mount(GuideStrip, { target, props: { guide, keysOf: (step) => `<${step}>` } });
  flushSync();
  const find = (id: string) => target.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  expect(find("guide-locked")?.dataset["state"]).toBe("done");
  expect(find("guide-scope_clear")?.getAttribute("aria-current")).toBe("step");
  expect(target.textContent).toContain("<scope_clear>");
  guide.view = view(5);
  flushSync();
  expect(target.textContent).toContain("That was all of it");
  find("guide-hide")?.click();
  await vi.waitFor(() => expect(find("guide")).toBeNull());
  await unmount(made);
});
