import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OfferDialogView, OfferFields } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { OfferDialog } from "./offer-dialog.svelte";

const FIELDS: OfferFields = {
  kind: "letter_templates",
  title: "Letter before action",
  deliverables: ["A letter"],
  price_text: "145.00",
  currency: "GBP",
  delivery_time: { count: 2, unit: "working_days" },
  expires_at: null,
  note: "",
  call_slots: [],
};

const view = (more: Partial<OfferDialogView> = {}) =>
  ({
    draft_id: "draft-1",
    fields: FIELDS,
    problems: [],
    phase: { kind: "editing" },
    ...more,
  }) as OfferDialogView;

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
