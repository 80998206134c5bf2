import { expect, test, vi } from "vitest";
import type { ConversationView } from "../../bindings";
import { refusal } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import Context from "./Context.svelte";
import { FILE } from "../../shared/files/sample";
import { MESSAGE, viewWith } from "./sample";

function context(more: Partial<ConversationView> = {}, props = {}) {
  return shown(Context, {
    view: viewWith(more),
    actionOf: () => undefined,
    onoffer: vi.fn(),
    onshow: vi.fn(),
    onundo: vi.fn(),
    ...props,
  });
}
const checklist = (done: number, blocker: "lock_first" | "answer_first" | null) => ({
  steps: viewWith().checklist.steps.map((step, index) => ({
    ...step,
    is_done: index < done,
    done_at: index < done ? "2026-11-23T10:00:00Z" : null,
  })),
  blocker,
});

test("the customer is told with since when and how much; files and offers only where there are any", () => {
  const { text, target } = context();
  expect(text()).toContain("Helen Marsh");
  expect(target.querySelectorAll("h2")).toHaveLength(1);
  const full = context({
    attachments: [FILE],
    messages: [{ ...MESSAGE, attachments: [{ ...FILE, id: "file-9" }] }],
  });
  expect(full.all("file-chip")).toHaveLength(2);
});

test("what time it is for the customer is told where their zone is known", () => {
  const { customer } = viewWith();
  const there = (time_zone: string | null) => context({ customer: { ...customer, time_zone } }).text();
  expect(there("Asia/Tokyo")).toMatch(/\d\d:\d\d there/);
  expect(there(null)).not.toContain("there");
});

test("steps are ticked from facts, and the next one is done by its button", () => {
  const run = vi.fn();
  const actionOf = () => ({ id: "answer", group: "Question" as const, key: "a", name: "Answer", run });
  const { find, press } = context({ checklist: checklist(2, "answer_first") }, { actionOf });
  expect(["locked", "scope_clear", "answered"].map((kind) => find(`step-${kind}`).dataset["done"])).toEqual([
    "true",
    "true",
    "false",
  ]);
  press("step-action");
  expect(run).toHaveBeenCalledOnce();
});

test("the offer button says what is missing", () => {
  const onoffer = vi.fn();
  const locked = context({ checklist: checklist(0, "lock_first") }, { onoffer });
  expect(locked.find<HTMLButtonElement>("offer-button").disabled).toBe(true);
  const said = [checklist(0, "lock_first"), checklist(1, "answer_first"), checklist(4, null)].map((one) => {
    const { find, text } = context({ checklist: one });
    return text(find("offer-blocker"));
  });
  expect(new Set(said).size).toBe(3);
  const ready = context({ checklist: checklist(4, null) }, { onoffer });
  ready.press("offer-button");
  expect(onoffer).toHaveBeenCalledOnce();
});

test("offers say how they stand: sent, waiting to be sent, refused; a long title stands in full", () => {
  const offer = {
    offer_id: "offer-1",
    title: LONG,
    amount_text: "£65.00",
    state: "sent" as const,
    pending: null,
  };
  const waits = { command_id: "command-1", kind: "offer" as const, error: null, is_editable: true };
  const [onshow, onundo] = [vi.fn(), vi.fn()];
  const { all, text, press } = context(
    {
      offers: [
        offer,
        { ...offer, offer_id: "offer-2", state: null, pending: waits },
        {
          ...offer,
          offer_id: "offer-3",
          state: null,
          pending: { ...waits, error: refusal("offer_state_conflict") },
        },
        { ...offer, offer_id: "offer-4", state: null, pending: { ...waits, is_editable: false } },
      ],
    },
    { onshow, onundo },
  );
  expect(all("question-offer-undo").map((one) => text(one))).toEqual([`Take back, ${LONG}`, `Edit, ${LONG}`]);
  press("question-offer-undo");
  expect(onundo).toHaveBeenCalledWith(expect.objectContaining({ offer_id: "offer-2" }));
  const told = all("question-offer").map((one) => text(one.querySelector(".status")!));
  expect(new Set(told).size).toBe(3);
  expect(text(all("question-offer")[0]!)).toContain(LONG);
  press("question-offer");
  expect(onshow).toHaveBeenCalledWith("offer-1");
});
