import { expect, test, vi } from "vitest";
import type { ConversationView } from "../../bindings";
import { refusal } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import Context from "./Context.svelte";
import { FILE, MESSAGE, viewWith } from "./sample";

function context(more: Partial<ConversationView> = {}, props = {}) {
  return shown(Context, {
    view: viewWith(more),
    actionOf: () => undefined,
    onoffer: vi.fn(),
    onshow: vi.fn(),
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
    error: null,
    command_id: null,
  };
  const onshow = vi.fn();
  const { all, text, press } = context(
    {
      offers: [
        offer,
        { ...offer, offer_id: "offer-2", state: null },
        { ...offer, offer_id: "offer-3", state: null, error: refusal("offer_state_conflict") },
      ],
    },
    { onshow },
  );
  const told = all("question-offer").map((one) => text(one.querySelector(".status")!));
  expect(new Set(told).size).toBe(3);
  expect(text(all("question-offer")[0]!)).toContain(LONG);
  press("question-offer");
  expect(onshow).toHaveBeenCalledWith("offer-1");
});
