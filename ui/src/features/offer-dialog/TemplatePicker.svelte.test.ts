import { flushSync } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { refusal } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { opened } from "./opened";
import { viewWith } from "./sample";
import TemplateBox from "./TemplatePicker.svelte";
import { TemplatePicker } from "./templates.svelte";

afterEach(() => vi.unstubAllGlobals());

test("a template is found by typing and taken by Enter", async () => {
  const { desk, dialog } = await opened({}, { offer_dialog_apply_template: () => viewWith() });
  const onchosen = vi.fn();
  const { find, target, key } = shown(
    TemplateBox,
    { picker: new TemplatePicker(dialog), isFirst: true, onchosen },
    ["offer-template"],
  );
  const field = find("offer-template") as HTMLInputElement;
  expect(field.getAttribute("aria-expanded")).toBe("false");
  field.value = "appeal";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  flushSync();
  expect(field.getAttribute("aria-expanded")).toBe("true");
  const options = [...target.querySelectorAll('[role="option"]')];
  expect(options.map((option) => option.id)).toEqual([field.getAttribute("aria-activedescendant")]);
  key(field, "Escape");
  expect(field.getAttribute("aria-expanded")).toBe("false");
  key(field, "ArrowDown");
  key(field, "Enter");
  await vi.waitFor(() => expect(onchosen).toHaveBeenCalled());
  expect(desk.last("offer_dialog_apply_template")).toMatchObject({ template_id: "own-2" });
});

test("where nothing is found it says so, and starters are told from own ones", async () => {
  const { dialog } = await opened();
  const { write, text, all } = shown(
    TemplateBox,
    { picker: new TemplatePicker(dialog), isFirst: false, onchosen: () => {} },
    ["offer-template"],
  );
  write("offer-template", "letter");
  const told = all("offer-template-option").map((option) => text(option));
  expect(told.length).toBeGreaterThan(1);
  write("offer-template", "no template is called this");
  expect(all("offer-template-option")).toHaveLength(0);
  expect(text()).not.toBe("");
});

test("a template that cannot be had leaves the keyboard where it is", async () => {
  const { dialog } = await opened(
    {},
    {
      offer_dialog_apply_template: () => {
        throw refusal("not_found");
      },
    },
  );
  const onchosen = vi.fn();
  const { write, find, key } = shown(
    TemplateBox,
    { picker: new TemplatePicker(dialog), isFirst: true, onchosen },
    ["offer-template"],
  );
  write("offer-template", "appeal");
  key(find("offer-template"), "Enter");
  await vi.waitFor(() => expect(dialog.error?.code).toBe("not_found"));
  expect(onchosen).not.toHaveBeenCalled();
});
