import { expect, test, vi } from "vitest";
import type { ConnectionState, ConnectionView } from "../bindings";
import { shown } from "../shared/shown";
import StatusBar from "./StatusBar.svelte";

const connection = (state: ConnectionState, more: Partial<ConnectionView> = {}): ConnectionView => ({
  state,
  synced_at: null,
  first_sync_count: null,
  waiting_count: 0,
  failed_count: 0,
  ...more,
});
const bar = (view: ConnectionView | null, more: { onretry?: () => void; onoutbox?: () => void } = {}) =>
  shown(StatusBar, { connection: view, place: "desk", onretry: () => {}, onoutbox: () => {}, ...more });
/** What is spoken when it changes. */
const spoken = (target: Element) =>
  [...target.querySelectorAll('[role="status"]')].map((one) => one.textContent?.trim()).filter(Boolean);

test("each state of the connection has words of its own", () => {
  const states: ConnectionState[] = [
    "signed_out",
    "connecting",
    "syncing",
    "online",
    "offline",
    "disk_full",
    "protocol_mismatch",
  ];
  const said = states.map((state) => bar(connection(state)).find("connection-state").textContent?.trim());
  expect(new Set(said).size).toBe(states.length);
  expect(bar(null).find("connection-state").textContent?.trim()).toBe(said[1]);
});

test("what keeps the work back is spoken, the time of each sync is not", () => {
  const online = bar(connection("online", { synced_at: "2026-11-23T11:08:00Z" }));
  expect(spoken(online.target)).toEqual(["Every draft is kept on this computer"]);
  expect(spoken(bar(connection("offline")).target)).toHaveLength(2);
});

test("what waits and what failed is counted; failed comes first", () => {
  const waiting = bar(connection("offline", { waiting_count: 2 }));
  expect(waiting.text(waiting.find("outbox-state"))).toContain("2");
  const failed = bar(connection("online", { waiting_count: 2, failed_count: 1 }));
  expect(failed.text(failed.find("outbox-state"))).toContain("1");
  expect(failed.text(failed.find("outbox-state"))).not.toBe(waiting.text(waiting.find("outbox-state")));
});

test("pressing it tries again", () => {
  const onretry = vi.fn();
  bar(connection("offline"), { onretry }).press("connection-state");
  expect(onretry).toHaveBeenCalledOnce();
});

test("what waits or failed is one press away, and nothing is when all was sent", () => {
  const onoutbox = vi.fn();
  bar(connection("offline", { waiting_count: 1 }), { onoutbox }).press("outbox-open");
  expect(onoutbox).toHaveBeenCalledOnce();
  expect(bar(connection("online")).has("outbox-open")).toBe(false);
});

test("each place shows its own keys, and the one for all of them", () => {
  const said = (["desk", "requests", "insights", "settings"] as const).map((place) =>
    shown(StatusBar, {
      connection: null,
      place,
      onretry: () => {},
      onoutbox: () => {},
    })
      .target.querySelector(".bar__keys")
      ?.textContent?.replace(/\s+/g, " "),
  );
  expect(new Set(said).size).toBe(4);
  for (const keys of said) expect(keys).toContain("? All shortcuts");
  expect(said[1]).toContain("1–5 Views");
});
