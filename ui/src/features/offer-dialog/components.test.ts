// The dialog's parts in their states, as they stand in the page.
import { type Component, flushSync, mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OfferDialogView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import CallSlots from "./CallSlots.svelte";
import Deliverables from "./Deliverables.svelte";
import Differences from "./Differences.svelte";
import Expiry from "./Expiry.svelte";
import Kinds from "./Kinds.svelte";
import Notice from "./Notice.svelte";
import { OfferDialog } from "./offer-dialog.svelte";
import OwnTemplatesList from "./OwnTemplates.svelte";
import Preview from "./Preview.svelte";
import Price from "./Price.svelte";
import { viewWith } from "./sample";
import TemplateBox from "./TemplatePicker.svelte";
import { OwnTemplates, TemplatePicker } from "./templates.svelte";

const NOW = Date.parse("2026-11-23T11:08:00Z");
let closing: (() => void)[] = [];

beforeEach(() => vi.stubEnv("TZ", "UTC"));
afterEach(() => {
  for (const close of closing) close();
  closing = [];
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

async function opened(more: Partial<OfferDialogView> = {}, answers = {}) {
  const view = viewWith(more);
  const desk = new ScriptedDesk({ offer_dialog_open: () => view, offer_dialog_edit: () => view, ...answers });
  const dialog = new OfferDialog();
  await dialog.open("question-1", null);
  return { desk, dialog };
}

function show<P extends Record<string, unknown>>(component: Component<P>, props: P) {
  const target = document.body.appendChild(document.createElement("div"));
  const shown = mount(component, { target, props });
  flushSync();
  closing.push(() => {
    void unmount(shown);
    target.remove();
  });
  return {
    target,
    find: (id: string) => target.querySelector<HTMLElement>(`[data-testid="${id}"]`),
    text: () => (target.textContent ?? "").replace(/\s+/g, " ").trim(),
  };
}

function press(element: Element | null | undefined, key: string, more: KeyboardEventInit = {}) {
  element?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  flushSync();
}

async function showPart<P extends object>(
  component: Component<P>,
  more: Partial<OfferDialogView>,
  props = {},
) {
  const { desk, dialog } = await opened(more);
  const all = { dialog, view: dialog.view, fields: dialog.fields, now: NOW, ...props };
  return { desk, dialog, ...show(component as unknown as Component<Record<string, unknown>>, all) };
}

test("deliverables are added by Enter, taken out by Backspace, moved by Alt and the arrows", async () => {
  const { dialog, target } = await showPart(Deliverables, {}, { name: "Helen" });
  const inputs = () => [...target.querySelectorAll("input")];
  press(inputs()[0], "Enter");
  await tick();
  expect(inputs()).toHaveLength(2);
  await vi.waitFor(() => expect(document.activeElement).toBe(inputs()[1]));
  press(inputs()[1], "ArrowUp", { altKey: true });
  expect(dialog.fields?.deliverables).toEqual(["", "A letter"]);
  press(inputs()[0], "Backspace");
  expect(dialog.fields?.deliverables).toEqual(["A letter"]);
  press(inputs()[0], "Backspace");
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

test("a price shows its limits, what is netted, the hint, or what is wrong with it", async () => {
  const fields = { ...viewWith().fields, price_text: "" };
  const empty = await showPart(Price, { fields, net_text: null });
  expect(empty.text()).toContain("From £5.00 to £2,500.00");
  const hint = {
    count: 3,
    low_text: "£90.00",
    median_text: "£120.00",
    high_text: "£160.00",
    is_one_price: false,
  };
  const hinted = await showPart(Price, { price_hint: hint });
  expect(hinted.find("offer-net")?.textContent).toBe("You net £116.00");
  expect(hinted.find("offer-price-hint")?.textContent).toBe(
    "Your accepted offers of this kind: £90.00 to £160.00, half of them below £120.00.",
  );
  const problem = { pointer: "/price", code: "too_large" as const, message: "Too much." };
  const wrong = await showPart(Price, { problems: [problem] });
  expect(wrong.find("problem-price")?.textContent).toBe("Too much.");
  expect(wrong.find("offer-price")?.getAttribute("aria-invalid")).toBe("true");
});

test("an expiry is chosen in the customer's zone and told in both", async () => {
  const never = await showPart(Expiry, {});
  expect(never.find("offer-expires-both")).toBeNull();
  const fields = { ...viewWith().fields, expires_at: "2026-11-26T11:00:00.000Z" };
  const dated = await showPart(Expiry, { fields });
  const field = dated.find("offer-expires-at") as HTMLInputElement;
  expect([field.value, field.min]).toEqual(["2026-11-26T20:00", "2026-11-23T20:08"]);
  expect(dated.find("offer-expires-both")?.textContent).toMatch(
    /20:00 for Helen \(Asia\/Tokyo\), .*11:00 for you/,
  );
  field.value = "2026-11-27T09:00";
  field.dispatchEvent(new Event("change", { bubbles: true }));
  expect(dated.dialog.fields?.expires_at).toBe("2026-11-27T00:00:00.000Z");
});

test("a call time is told where the customer is, and one that has passed cannot be chosen", async () => {
  const slots = [{ starts_at: "2026-11-24T11:00:00.000Z", minutes: 30 }];
  const fields = { ...viewWith().fields, kind: "follow_up_call" as const, call_slots: slots };
  const { find } = await showPart(CallSlots, { fields }, { max: 3 });
  expect((find("offer-slot") as HTMLInputElement).min).toBe("2026-11-23T11:08");
  expect(find("offer-slot-theirs")?.textContent).toMatch(/20:00 for Helen \(Asia\/Tokyo\)/);
  const home = await showPart(CallSlots, { fields, customer_zone: "Europe/London" }, { max: 1 });
  expect([home.find("offer-slot-theirs"), home.find("offer-add-slot")]).toEqual([null, null]);
});

test("a revision tells its changes in words", async () => {
  const none = show(Differences, { revision: { version: 2, changes: [] } });
  expect(none.find("offer-unchanged")?.textContent?.trim()).toBe("Nothing differs from version 2 yet.");
  const changes = [
    { field: "price" as const, kind: "changed" as const, old: "£145.00", new: "£120.00" },
    { field: "expires_at" as const, kind: "changed" as const, old: null, new: "Tue 1 Dec 2026, 23:59" },
    { field: "deliverables" as const, kind: "removed" as const, old: "A form", new: null },
    { field: "deliverables" as const, kind: "added" as const, old: null, new: "A list" },
    { field: "deliverables" as const, kind: "moved" as const, old: null, new: null },
  ];
  const { target } = show(Differences, { revision: { version: 1, changes } });
  const lines = [...target.querySelectorAll("li")].map((line) =>
    line.textContent?.replace(/\s+/g, " ").trim(),
  );
  expect(lines).toEqual([
    "Price Changed was £145.00 → now £120.00",
    "Expiry Changed was Never → now Tue 1 Dec 2026, 23:59",
    "What they receive Removed A form",
    "What they receive Added A list",
    "What they receive New order",
  ]);
});

test("a word that stands for nothing is pointed out beside its field", async () => {
  const { text } = await showPart(Notice, {}, { pointer: "/note" });
  expect(text()).toBe("");
  const notices = [{ pointer: "/note", word: "{client}" }];
  const told = await showPart(Notice, { notices }, { pointer: "/note" });
  expect(told.text()).toBe(
    "{client} will be sent as it stands. Words that are filled in: {customer}, {question}.",
  );
});

test("a template is found by typing and taken by Enter", async () => {
  const { desk, dialog } = await opened({}, { offer_dialog_apply_template: () => viewWith() });
  const onchosen = vi.fn();
  const { find, target } = show(TemplateBox, { picker: new TemplatePicker(dialog), isFirst: true, onchosen });
  const field = find("offer-template") as HTMLInputElement;
  expect(field.getAttribute("aria-expanded")).toBe("false");
  field.value = "appeal";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  flushSync();
  expect(field.getAttribute("aria-expanded")).toBe("true");
  const options = [...target.querySelectorAll('[role="option"]')];
  expect(options.map((option) => option.id)).toEqual([field.getAttribute("aria-activedescendant")]);
  press(field, "Escape");
  expect(field.getAttribute("aria-expanded")).toBe("false");
  press(field, "ArrowDown");
  press(field, "Enter");
  await vi.waitFor(() => expect(onchosen).toHaveBeenCalled());
  expect(desk.last("offer_dialog_apply_template")).toMatchObject({ template_id: "own-2" });
});

test("own templates are moved by keys, asked about before they go, and help names the placeholders", async () => {
  const { desk, dialog } = await opened(
    {},
    { offer_template_move: () => viewWith(), offer_template_delete: () => viewWith() },
  );
  const { target, find, text } = show(OwnTemplatesList, { templates: new OwnTemplates(dialog) });
  expect(text()).toContain("{customer} Helen");
  press(target.querySelectorAll(".line input")[1], "ArrowUp", { altKey: true });
  await vi.waitFor(() =>
    expect(desk.last("offer_template_move")).toMatchObject({ template_id: "own-2", to: 0 }),
  );
  (find("offer-template-delete") as HTMLButtonElement).click();
  await tick();
  await vi.waitFor(() => expect(document.activeElement).toBe(find("offer-template-really")));
  expect(desk.count("offer_template_delete")).toBe(0);
  (find("offer-template-really") as HTMLButtonElement).click();
  await vi.waitFor(() => expect(desk.last("offer_template_delete")).toMatchObject({ template_id: "own-1" }));
});

test("without own templates it says how to get one", async () => {
  const { dialog } = await opened({ templates: [] });
  const { text } = show(OwnTemplatesList, { templates: new OwnTemplates(dialog) });
  expect(text()).toContain("You have no templates of your own yet.");
});

test("the preview shows page and email; a kind that must wait says why", async () => {
  const preview = { ...viewWith().preview, expires_text: "Tue 1 Dec 2026, 23:59" };
  const { find, text } = show(Preview, { view: viewWith({ preview }) });
  expect(text()).toContain("Open until Tue 1 Dec 2026, 23:59 Asia/Tokyo");
  (find("offer-preview-email") as HTMLButtonElement).click();
  flushSync();
  expect(text()).toContain("Daniel Okafor has a message for you");
  const kinds = viewWith().kinds.map((choice) => ({ ...choice, blocker: "answer_first" as const }));
  expect((await showPart(Kinds, { kinds })).text()).toContain("after the Answer");
});

test("every control of every part has a name", async () => {
  const fields = {
    ...viewWith().fields,
    kind: "follow_up_call" as const,
    expires_at: "2026-11-26T11:08:00Z",
  };
  const slots = { ...fields, call_slots: [{ starts_at: "2026-11-24T11:00:00Z", minutes: 30 }] };
  const { dialog } = await opened({ fields: slots });
  const given = { dialog, view: dialog.view, fields: dialog.fields, now: NOW, name: "Helen", max: 3 };
  const own = new OwnTemplates(dialog);
  own.leaving = "own-1";
  const parts = [Deliverables, CallSlots, Expiry, Price, Kinds, Preview] as unknown as Component<object>[];
  const shown = [
    ...parts.map((part) => show(part as Component<Record<string, unknown>>, given)),
    show(OwnTemplatesList, { templates: own }),
  ];
  for (const { target } of shown) {
    for (const control of target.querySelectorAll("input, select, button, textarea")) {
      const label = control.closest("label") ?? target.querySelector(`label[for="${control.id}"]`);
      const name = control.getAttribute("aria-label") ?? (control.textContent?.trim() || label?.textContent);
      expect(name, control.outerHTML).toBeTruthy();
    }
  }
});
