import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OfferDialogView } from "../../bindings";
import { refusal } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { OfferDialog } from "./offer-dialog.svelte";
import View from "./OfferDialog.svelte";
import { opened } from "./opened";
import { viewWith } from "./sample";

beforeEach(() => vi.stubEnv("TZ", "UTC"));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

async function dialogWith(more: Partial<OfferDialogView> = {}, answers = {}) {
  const { desk, dialog } = await opened(more, { offer_dialog_discard: () => null, ...answers });
  const [onclose, onsubmitted] = [vi.fn(), vi.fn()];
  return { desk, dialog, onclose, onsubmitted, ...shown(View, { dialog, onclose, onsubmitted }) };
}

test("before it is open nothing of a form stands there", () => {
  const { has, target } = shown(View, {
    dialog: new OfferDialog(),
    onclose: () => {},
    onsubmitted: () => {},
  });
  expect(has("offer-dialog")).toBe(false);
  expect(target.querySelector("dialog")?.getAttribute("aria-label")).toBeTruthy();
});

test("every part stands in it, optional is said, and call times only where there is a call", async () => {
  const letter = await dialogWith();
  for (const id of [
    "offer-template",
    "offer-kind-letter_templates",
    "offer-title",
    "offer-deliverable",
    "offer-price",
    "offer-expires",
    "offer-note",
    "offer-preview",
  ])
    expect(letter.has(id), id).toBe(true);
  expect(letter.text()).toContain("OPTIONAL");
  expect(letter.has("offer-add-slot")).toBe(false);
  const call = await dialogWith({ fields: { ...viewWith().fields, kind: "follow_up_call" } });
  expect(call.has("offer-add-slot")).toBe(true);
});

test("what must be done first is said above the fields, and so is a refusal by the platform", async () => {
  const first = await dialogWith({ blocker: "answer_first" });
  const other = await dialogWith({ blocker: "lock_first" });
  expect(first.text(first.find("offer-dialog-blocker"))).not.toBe(
    other.text(other.find("offer-dialog-blocker")),
  );
  const refused = await dialogWith({ phase: { kind: "refused", error: refusal("offer_state_conflict") } });
  expect(refused.has("error-banner")).toBe(true);
});

test("what is wrong is told at once when it is submitted, and the keyboard goes to the first of it", async () => {
  const problems = [{ pointer: "/title", code: "missing" as const, message: "Give it a title." }];
  const wrong = viewWith({ problems });
  const { find, onsubmitted, target } = await dialogWith({ problems }, { offer_dialog_submit: () => wrong });
  target.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await vi.waitFor(() => expect(find("offer-problems").textContent).toContain("Give it a title."));
  await vi.waitFor(() => expect(document.activeElement).toBe(find("offer-title")));
  expect(onsubmitted).not.toHaveBeenCalled();
});

test("Ctrl and Enter submit; what could be queued closes it", async () => {
  const queued = viewWith({ phase: { kind: "queued", offer_id: "offer-1" } });
  const { find, key, onsubmitted } = await dialogWith({}, { offer_dialog_submit: () => queued });
  key(find("offer-note"), "Enter", { ctrlKey: true });
  await vi.waitFor(() => expect(onsubmitted).toHaveBeenCalledOnce());
});

test("a revision that changes nothing cannot be sent and says so", async () => {
  const { find, has } = await dialogWith({ revises: "offer-1", revision: { version: 1, changes: [] } });
  expect(find<HTMLButtonElement>("offer-submit").disabled).toBe(true);
  expect(find("offer-submit").getAttribute("aria-describedby")).toBe("offer-unchanged");
  expect(has("offer-unchanged")).toBe(true);
});

test("own templates are shown and put away by their button, which says whether they are", async () => {
  const { find, press, has } = await dialogWith();
  press("offer-templates-own");
  expect([find("offer-templates-own").getAttribute("aria-expanded"), has("offer-own-templates")]).toEqual([
    "true",
    true,
  ]);
  press("offer-templates-own");
  expect(has("offer-own-templates")).toBe(false);
});

test("a delivery time that is not on the list stands there; a long title is counted", async () => {
  const fields = { ...viewWith().fields, title: LONG, delivery_time: { count: 11, unit: "weeks" as const } };
  const { find, text } = await dialogWith({ fields });
  expect(text()).toContain(`${LONG.length} of 80`);
  expect(find<HTMLSelectElement>("offer-delivery").selectedOptions[0]?.textContent).toContain("11");
});

test("closing keeps what was typed; throwing it away asks the desk for that", async () => {
  const { desk, onclose, press, write } = await dialogWith();
  write("offer-title", "Another");
  press("offer-close");
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce());
  expect(desk.last("offer_dialog_edit")).toMatchObject({ fields: { title: "Another" } });
  press("offer-discard");
  await vi.waitFor(() => expect(desk.count("offer_dialog_discard")).toBe(1));
  flushSync();
});
