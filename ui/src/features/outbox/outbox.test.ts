import { afterEach, expect, test, vi } from "vitest";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { actionsOf, Outbox } from "./outbox.svelte";
import { ENTRY } from "./sample";

afterEach(() => vi.unstubAllGlobals());

test("what can be done with an entry is what it stands for", () => {
  expect(actionsOf(ENTRY)).toEqual(["edit"]);
  expect(actionsOf({ ...ENTRY, is_editable: false, state: { kind: "sending" } })).toEqual([]);
  for (const kind of ["refused", "parked"] as const)
    expect(actionsOf({ ...ENTRY, state: { kind, error: refusal("lock_not_held") } })).toEqual([
      "edit",
      "retry",
      "discard",
    ]);
});

test("it is asked for anew only while somebody sees it", async () => {
  const desk = new ScriptedDesk({ outbox_list: () => ({ entries: [ENTRY] }) });
  const outbox = new Outbox();
  await outbox.refresh();
  expect(desk.count("outbox_list")).toBe(0);
  await outbox.load();
  await outbox.refresh();
  expect([desk.count("outbox_list"), outbox.entries?.length]).toEqual([2, 1]);
  outbox.close();
  await outbox.refresh();
  expect(desk.count("outbox_list")).toBe(2);
});

test("an act is done once, and one that is refused is told", async () => {
  const slow = later<unknown>();
  const desk = new ScriptedDesk({
    outbox_list: () => ({ entries: [ENTRY] }),
    outbox_retry: () => slow.promise,
    outbox_edit: () => {
      throw refusal("already_sent");
    },
  });
  const outbox = new Outbox();
  await outbox.load();
  const first = outbox.act("retry", "command-1");
  expect(await outbox.act("retry", "command-1")).toBe(false);
  slow.give({ entries: [] });
  expect(await first).toBe(true);
  expect([desk.count("outbox_retry"), outbox.entries]).toEqual([1, []]);
  expect(await outbox.act("edit", "command-1")).toBe(false);
  expect([outbox.error?.code, outbox.isBusy]).toEqual(["already_sent", false]);
});
