import { afterEach, expect, test, vi } from "vitest";
import type { OutboxEntryView } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { Outbox } from "./outbox.svelte";
import OutboxSheet from "./OutboxSheet.svelte";
import { ENTRY } from "./sample";

afterEach(() => vi.unstubAllGlobals());

function sheet(entries: OutboxEntryView[], answers: ConstructorParameters<typeof ScriptedDesk>[0] = {}) {
  const desk = new ScriptedDesk({ outbox_list: () => ({ entries }), ...answers });
  const given = { onclose: vi.fn(), onact: vi.fn() };
  const outbox = new Outbox();
  return { desk, outbox, ...given, ...shown(OutboxSheet, { outbox, ...given }) };
}

test("when all was sent it says so", async () => {
  const { target } = sheet([]);
  await vi.waitFor(() => expect(target.querySelector(".empty")?.textContent).toContain("Everything"));
});

test("each entry says what it is, how it stands, and what can be done", async () => {
  const refused = { kind: "refused" as const, error: refusal("offer_state_conflict") };
  const { all, text, onact } = sheet([
    ENTRY,
    { ...ENTRY, command_id: "2", state: { kind: "sending" }, attempts: 1, is_editable: false },
    { ...ENTRY, command_id: "3", kind: "offer", summary: LONG, state: refused },
    { ...ENTRY, command_id: "4", kind: "withdrawal", summary: "Letter", state: refused },
    { ...ENTRY, command_id: "5", kind: "start", summary: "Letter" },
  ]);
  await vi.waitFor(() => expect(all("outbox-entry")).toHaveLength(5));
  const buttons = all("outbox-entry").map((one) =>
    [...one.querySelectorAll("button")].map((button) => button.firstChild?.textContent),
  );
  expect(buttons).toEqual([
    ["Take back"],
    [],
    ["Edit", "Send again", "Discard"],
    ["Send again", "Discard"],
    ["Take back"],
  ]);
  expect(text(all("outbox-entry")[2]!)).toContain(LONG);
  expect(
    new Set(all("outbox-entry").map((one) => one.querySelector(".small:not(.faint)")?.textContent)).size,
  ).toBe(3);
  all("outbox-retry")[0]?.click();
  expect(onact).toHaveBeenCalledWith("retry", expect.objectContaining({ command_id: "3" }));
});

test("one that cannot be read is told; closing it ends the looking", async () => {
  const failed = sheet([], {
    outbox_list: () => {
      throw refusal("storage_failed");
    },
  });
  await vi.waitFor(() => expect(failed.has("error-banner")).toBe(true));
  failed.press("Close");
  expect(failed.onclose).toHaveBeenCalledOnce();
});
