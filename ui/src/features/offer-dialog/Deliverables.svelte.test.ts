import { tick } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { LONG } from "../../shared/shown";
import Deliverables from "./Deliverables.svelte";
import { showPart } from "./opened";
import { viewWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

test("deliverables are added by Enter, taken out by Backspace, moved by Alt and the arrows", async () => {
  const { dialog, target, key } = await showPart(Deliverables, {}, { name: "Helen" });
  const inputs = () => [...target.querySelectorAll("input")];
  key(inputs()[0], "Enter");
  await tick();
  expect(inputs()).toHaveLength(2);
  await vi.waitFor(() => expect(document.activeElement).toBe(inputs()[1]));
  key(inputs()[1], "ArrowUp", { altKey: true });
  expect(dialog.fields?.deliverables).toEqual(["", "A letter"]);
  key(inputs()[0], "Backspace");
  expect(dialog.fields?.deliverables).toEqual(["A letter"]);
  key(inputs()[0], "Backspace");
  expect(dialog.fields?.deliverables).toEqual(["A letter"]);
});

test("deliverables are moved by buttons too, not past the ends", async () => {
  const fields = { ...viewWith().fields, deliverables: ["One", "Two"] };
  const { dialog, target } = await showPart(Deliverables, { fields }, { name: "Helen" });
  const buttons = [...target.querySelectorAll<HTMLButtonElement>(".line__acts button")];
  expect(buttons.map((button) => button.disabled)).toEqual([true, false, false, false, true, false]);
  buttons[1]?.click();
  expect(dialog.fields?.deliverables).toEqual(["Two", "One"]);
});

test("an empty list can be begun; what is refused stands under it, a long item in full", async () => {
  const none = await showPart(
    Deliverables,
    { fields: { ...viewWith().fields, deliverables: [] } },
    { name: "Helen" },
  );
  expect(none.has("offer-deliverable")).toBe(false);
  none.press("offer-add-deliverable");
  await vi.waitFor(() => expect(none.all("offer-deliverable")).toHaveLength(1));
  const problem = { pointer: "/deliverables", code: "missing" as const, message: "Say what they receive." };
  const fields = { ...viewWith().fields, deliverables: [LONG] };
  const wrong = await showPart(Deliverables, { fields, problems: [problem] }, { name: "Helen" });
  expect(wrong.find("problem-deliverables").textContent).toBe("Say what they receive.");
  expect(wrong.find<HTMLInputElement>("offer-deliverable").value).toBe(LONG);
});
