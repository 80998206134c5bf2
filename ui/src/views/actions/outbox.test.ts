import { afterEach, expect, test, vi } from "vitest";
import { actionsOf } from ".";
import type { ConversationView, OfferView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { isAvailable } from "../../shared/shortcuts";
import { DeskWindow } from "../desk.svelte";

afterEach(() => vi.unstubAllGlobals());

function table() {
  const desk = new DeskWindow();
  return { desk, actions: actionsOf(desk, { focus: vi.fn(), press: vi.fn() }) };
}

test("a send that can be undone is undone by its key", async () => {
  const asked = new ScriptedDesk({
    outbox_undo: () => null,
    question_show: () => ({ draft: { kind: "answer", text: "", attachments: [] } }),
  });
  const { desk, actions } = table();
  desk.conversation.view = {
    question_id: "q1",
    messages: [{ delivery: { kind: "sent" } }, { delivery: { kind: "undoable", command_id: "c1" } }],
    offers: [],
  } as unknown as ConversationView;
  const undo = actions.find(({ id }) => id === "undo-send");
  expect(undo && isAvailable(undo)).toBe(true);
  undo?.run();
  await vi.waitFor(() => expect(asked.last("outbox_undo")).toEqual({ command_id: "c1" }));
});

test("what of an offer waits is taken back, and what was refused sent again or thrown away, by the same keys", async () => {
  const asked = new ScriptedDesk({
    outbox_edit: () => ({ entries: [] }),
    outbox_retry: () => ({ entries: [] }),
    outbox_discard: () => ({ entries: [] }),
    offer_show: () => ({ delivery_draft: { message: "", is_call_outcome: false, attachments: [] } }),
    request_centre_list: () => ({ views: [], groups: [] }),
  });
  const { desk, actions } = table();
  const run = (id: string) => {
    const found = actions.find((one) => one.id === id);
    expect(found && isAvailable(found), id).toBe(true);
    found?.run();
  };
  const waits = { command_id: "c1", kind: "start", error: null, is_editable: true };
  desk.place = "requests";
  desk.centre.offer = { offer_id: "o1", actions: [], pending: waits } as unknown as OfferView;
  run("undo-send");
  await vi.waitFor(() => expect(asked.last("outbox_edit")).toEqual({ command_id: "c1" }));
  await vi.waitFor(() => expect(desk.outbox.isBusy).toBe(false));
  for (const [id, name] of [
    ["retry-send", "outbox_retry"],
    ["discard-send", "outbox_discard"],
  ] as const) {
    const refused = { ...waits, error: { code: "offer_state_conflict", detail: "", fields: [] } };
    desk.centre.offer = { offer_id: "o1", actions: [], pending: refused } as unknown as OfferView;
    run(id);
    await vi.waitFor(() => expect(asked.last(name)).toEqual({ command_id: "c1" }));
    await vi.waitFor(() => expect(desk.outbox.isBusy).toBe(false));
  }
});
