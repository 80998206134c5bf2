// The window as a whole over a scripted desk: which view stands where, and that sheets lie over them.
import { flushSync } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { DeskEvent, SessionState } from "./bindings";
import App from "./App.svelte";
import { ScriptedDesk } from "./host/scripted-desk";
import { SIGNED_IN } from "./features/session/sample";
import { viewWith } from "./features/update/sample";
import { shown } from "./shared/shown";

/** What the window hears from its desk. */
class Events {
  static latest: Events | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  constructor() {
    Events.latest = this;
  }
  close() {}
  static tell(event: DeskEvent) {
    Events.latest?.onmessage?.({ data: JSON.stringify(event) });
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
  Events.latest = null;
});

function app(state: SessionState, more: ConstructorParameters<typeof ScriptedDesk>[0] = {}) {
  vi.stubGlobal("EventSource", Events);
  const list = { notices: [], unread_count: 0, paused_until: null };
  const desk = new ScriptedDesk({
    session_show: () => ({ ...SIGNED_IN, state }),
    connection_show: () => ({
      state: "online",
      synced_at: null,
      first_sync_count: null,
      waiting_count: 0,
      failed_count: 0,
    }),
    settings_show: () => ({ settings: { appearance: "system", zoom_percent: 100 } }),
    queue_list: () => ({ counts: { all: 0, mine: 0, waiting: 0 }, groups: [] }),
    request_centre_list: () => ({
      views: [],
      groups: [],
      choices: null,
      support_requests: [],
      unread_count: 0,
    }),
    notice_list: () => list,
    guide_show: () => ({ is_open: false, steps: [] }),
    insights_show: () => ({ has_offers: false }),
    support_request_list: () => ({
      requests: [],
      draft: { subject: "", text: "", saved_at: null },
    }),
    outbox_list: () => ({ entries: [] }),
    navigation_take: () => ({ target: null }),
    attention_note: () => null,
    update_show: () => viewWith(),
    ...more,
  });
  return { desk, ...shown(App, {}) };
}

test("before it is known who is signed in nothing but the frame stands there", () => {
  const { target, has } = app("signed_in", { session_show: () => new Promise(() => {}) });
  expect(target.querySelector('[aria-busy="true"]')).not.toBeNull();
  expect([has("app"), has("signin")]).toEqual([false, false]);
});

test("nobody signed in, or no longer, is asked to", async () => {
  for (const state of ["signed_out", "expired"] as const) {
    const { has } = app(state);
    await vi.waitFor(() => expect(has("signin")).toBe(true));
    expect(has("app")).toBe(false);
  }
});

test("the rail leads to each place, one at a time", async () => {
  const { has, press, target } = app("signed_in");
  await vi.waitFor(() => expect(has("queue")).toBe(true));
  for (const [place, id] of [
    ["requests", "request-centre"],
    ["insights", "insights"],
    ["desk", "queue"],
  ] as const) {
    press(`rail-${place}`);
    expect(["queue", "request-centre", "insights"].filter(has)).toEqual([id]);
  }
  expect(target.querySelector(".sprite")).not.toBeNull();
});

test("a sheet lies over the place, takes its keys, and goes", async () => {
  const { has, press, target, key } = app("signed_in");
  await vi.waitFor(() => expect(has("queue")).toBe(true));
  key(document.body, "?");
  await vi.waitFor(() => expect(has("shortcuts")).toBe(true));
  key(document.body, "h");
  expect(has("help")).toBe(false);
  target.querySelector("dialog")?.dispatchEvent(new Event("cancel", { cancelable: true }));
  flushSync();
  expect(has("shortcuts")).toBe(false);
  press("rail-help");
  expect(has("help")).toBe(true);
});

test("an accepted offer is told within the window, in its language", async () => {
  const { has, find } = app("signed_in");
  await vi.waitFor(() => expect(has("queue")).toBe(true));
  Events.tell({
    event: "offer_accepted",
    offer_id: "offer-1",
    customer_name: "Helen Marsh",
    title: "Letter",
    amount_text: "£65.00",
  } as DeskEvent);
  await vi.waitFor(() => expect(find("toast").textContent).toContain("Helen Marsh accepted your offer"));
});

test("work without the platform goes on, and is told in the status bar", async () => {
  const { has, find } = app("signed_in");
  await vi.waitFor(() => expect(has("queue")).toBe(true));
  Events.tell({
    event: "connection_changed",
    connection: {
      state: "offline",
      synced_at: null,
      first_sync_count: null,
      waiting_count: 1,
      failed_count: 0,
    },
  });
  await vi.waitFor(() => expect(find("connection-state").dataset["state"]).toBe("offline"));
  expect(has("queue")).toBe(true);
});

test("being asked to close shows the question only to who is signed in", async () => {
  const inside = app("signed_in");
  await vi.waitFor(() => expect(inside.has("queue")).toBe(true));
  Events.tell({ event: "close_asked" });
  await vi.waitFor(() => expect(inside.has("tray-question")).toBe(true));
  const outside = app("signed_out", { window_close: () => null });
  await vi.waitFor(() => expect(outside.has("signin")).toBe(true));
  Events.tell({ event: "close_asked" });
  await vi.waitFor(() => expect(outside.desk.count("window_close")).toBe(1));
});
