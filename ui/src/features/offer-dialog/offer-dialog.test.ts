import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OfferDialogView, OfferFields } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { OfferDialog } from "./offer-dialog.svelte";
import { FIELDS, viewWith } from "./sample";

const view = viewWith;

async function opened(answers: ConstructorParameters<typeof ScriptedDesk>[0] = {}) {
  const desk = new ScriptedDesk({
    offer_dialog_open: () => view(),
    offer_dialog_edit: () => view(),
    ...answers,
  });
  const dialog = new OfferDialog();
  await dialog.open("question-1", null);
  return { desk, dialog, fields: dialog.fields as OfferFields };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("typing is kept once, at the pause after it", async () => {
  const { desk, dialog, fields } = await opened();
  for (const title of ["L", "Le", "Letter to the shop"]) {
    fields.title = title;
    dialog.typed();
  }
  expect(desk.count("offer_dialog_edit")).toBe(0);
  await vi.runAllTimersAsync();
  expect(desk.count("offer_dialog_edit")).toBe(1);
  expect(desk.last("offer_dialog_edit")).toMatchObject({
    draft_id: "draft-1",
    fields: { title: "Letter to the shop" },
  });
});

test("an answer to an earlier edit leaves what is typed since", async () => {
  const answer = later<OfferDialogView>();
  const { dialog, fields } = await opened({ offer_dialog_edit: () => answer.promise });
  fields.title = "Letter";
  dialog.typed();
  const kept = dialog.flush();
  fields.title = "Letter to the shop";
  answer.give(view({ fields: { ...FIELDS, title: "Letter" }, net_text: "£116.00" }));
  await kept;
  expect(dialog.fields?.title).toBe("Letter to the shop");
  expect(dialog.view?.net_text).toBe("£116.00");
});

test("what could not be kept is not submitted in its older form, and is kept at the next try", async () => {
  let isFull = true;
  const { desk, dialog, fields } = await opened({
    offer_dialog_edit: () => {
      if (isFull) throw refusal("storage_failed");
      return view();
    },
    offer_dialog_submit: () => view({ phase: { kind: "queued" } as OfferDialogView["phase"] }),
  });
  fields.price_text = "60.00";
  dialog.typed();
  expect(await dialog.submit()).toBe(false);
  expect(dialog.error?.code).toBe("storage_failed");
  expect(desk.count("offer_dialog_submit")).toBe(0);

  isFull = false;
  expect(await dialog.submit()).toBe(true);
  expect(desk.last("offer_dialog_edit")).toMatchObject({ fields: { price_text: "60.00" } });
});

test("a second press while an offer is submitted does not submit it again", async () => {
  const answer = later<OfferDialogView>();
  const { desk, dialog } = await opened({ offer_dialog_submit: () => answer.promise });
  const first = dialog.submit();
  await vi.waitFor(() => expect(desk.count("offer_dialog_submit")).toBe(1));
  expect(await dialog.submit()).toBe(false);
  answer.give(view({ phase: { kind: "queued" } as OfferDialogView["phase"] }));
  expect(await first).toBe(true);
  expect(desk.count("offer_dialog_submit")).toBe(1);
});

test("problems are shown from the first try to submit, also those of a single line", async () => {
  const problems = [{ pointer: "/deliverables/1", code: "missing" as const, message: "Say what it is." }];
  const { dialog } = await opened({
    offer_dialog_open: () => view({ problems }),
    offer_dialog_submit: () => view({ problems }),
  });
  expect(dialog.problem("/deliverables")).toBe("");
  expect(await dialog.submit()).toBe(false);
  expect(dialog.problem("/deliverables")).toBe("Say what it is.");
  expect(dialog.problem("/price")).toBe("");
});

test("a discarded draft is not written again by what was typed just before", async () => {
  const { desk, dialog, fields } = await opened({ offer_dialog_discard: () => null });
  fields.title = "Never mind";
  dialog.typed();
  await dialog.discard();
  await vi.runAllTimersAsync();
  expect(desk.asked.map((one) => one.name)).toEqual(["offer_dialog_open", "offer_dialog_discard"]);
});

test("a price is checked as it is typed, the other fields when it is submitted", async () => {
  const problems = [
    { pointer: "/price", code: "too_large" as const, message: "The price must be at most £2,500.00." },
    { pointer: "/title", code: "missing" as const, message: "Give it a title." },
  ];
  const { dialog, fields } = await opened({ offer_dialog_open: () => view({ problems }) });
  expect(dialog.problem("/price")).toBe("The price must be at most £2,500.00.");
  expect(dialog.problem("/title")).toBe("");
  fields.price_text = "";
  expect(dialog.problem("/price")).toBe("");
});

test("a revision that changes nothing is not submitted", async () => {
  const revision = { version: 1, changes: [] };
  const { desk, dialog } = await opened({ offer_dialog_open: () => view({ revision }) });
  expect(dialog.isUnchanged).toBe(true);
  expect(await dialog.submit()).toBe(false);
  expect(desk.count("offer_dialog_submit")).toBe(0);
});

test("words in braces that stand for nothing are told before any try to submit, each once", async () => {
  const notices = ["/deliverables/0", "/deliverables/2"].map((pointer) => ({ pointer, word: "{client}" }));
  const { dialog } = await opened({ offer_dialog_open: () => view({ notices }) });
  expect(dialog.unknownWords("/deliverables")).toEqual(["{client}"]);
  expect(dialog.unknownWords("/note")).toEqual([]);
});

test("lines are added, taken out and moved, and the keyboard goes with them", async () => {
  const { dialog, fields } = await opened();
  expect(dialog.addLine(0)).toBe(1);
  fields.deliverables[1] = "A form";
  expect(dialog.moveLine(1, -1)).toBe(0);
  expect(fields.deliverables).toEqual(["A form", "A letter"]);
  expect(dialog.moveLine(0, -1)).toBeNull();
  expect(dialog.moveLine(1, 1)).toBeNull();
  expect(dialog.removeLine(1)).toBe(0);
  expect(dialog.removeLine(0)).toBe(0);
  expect(fields.deliverables).toEqual([]);
});

test("several pasted lines become an item each, without their bullets", async () => {
  const { dialog, fields } = await opened();
  fields.deliverables = ["A letter, ready", "Last"];
  expect(dialog.pasteLines(0, "- A form\r\n\n 2) A list\n• Notes", 10, 15)).toBe(2);
  expect(fields.deliverables).toEqual(["A letter, A form", "A list", "Notes", "Last"]);
  expect(dialog.pasteLines(0, "one line", 0, 0)).toBeNull();
  expect(dialog.pasteLines(0, "one line\n", 0, 0)).toBeNull();
});

test("no expiry is the default; a choice of days and a date of one's own are told apart", async () => {
  const { dialog, fields } = await opened();
  const now = Date.parse("2026-11-23T11:08:00Z");
  expect(dialog.expiryChoice).toBe("never");
  dialog.chooseExpiry("7", now);
  expect([fields.expires_at, dialog.expiryChoice]).toEqual(["2026-11-30T14:59:59.999Z", "7"]);
  dialog.chooseExpiry("date", now);
  expect([fields.expires_at, dialog.expiryChoice]).toEqual(["2026-11-26T11:08:00.000Z", "date"]);
  dialog.chooseExpiry("never", now);
  expect(fields.expires_at).toBeNull();
});

test("a proposed time is a day ahead at the full hour and can be changed and taken out", async () => {
  const { dialog, fields } = await opened();
  expect(dialog.isCall).toBe(false);
  fields.kind = "follow_up_call";
  expect(dialog.isCall).toBe(true);
  dialog.addSlot(Date.parse("2026-11-23T11:08:00Z"));
  expect(fields.call_slots).toEqual([{ starts_at: "2026-11-24T11:00:00.000Z", minutes: 30 }]);
  dialog.changeSlot(0, { minutes: 45 });
  expect(fields.call_slots[0]?.minutes).toBe(45);
  dialog.removeSlot(0);
  expect(fields.call_slots).toEqual([]);
});
