import { afterEach, expect, test, vi } from "vitest";
import type { TemplateChoice } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { speak, t } from "../../i18n";
import { OfferDialog } from "./offer-dialog.svelte";
import { viewWith } from "./sample";
import { nameOf, OwnTemplates, TemplatePicker } from "./templates.svelte";

afterEach(() => void vi.unstubAllGlobals());

async function opened(answers: ConstructorParameters<typeof ScriptedDesk>[0] = {}) {
  const desk = new ScriptedDesk({ offer_dialog_open: () => viewWith(), ...answers });
  const dialog = new OfferDialog();
  await dialog.open("question-1", null);
  return { desk, dialog, own: new OwnTemplates(dialog), picker: new TemplatePicker(dialog) };
}

const names = (all: TemplateChoice[]) => all.map(({ name }) => name);

test("typing narrows the templates to those that hold every word, own ones first", async () => {
  const { picker } = await opened();
  expect(names(picker.found)).toHaveLength(4);
  picker.type("LET");
  expect(names(picker.found)).toEqual(["Appeal letter", "Letter templates"]);
  picker.type("letter app");
  expect(names(picker.found)).toEqual(["Appeal letter"]);
  picker.type("zebra");
  expect([picker.found, picker.active]).toEqual([[], -1]);
});

test("the arrows go round among what was found, and Enter takes the one that is marked", async () => {
  const { desk, picker } = await opened({ offer_dialog_apply_template: () => viewWith() });
  expect(await picker.choose()).toBe(false);
  picker.type("let");
  picker.move(1);
  expect(picker.active).toBe(1);
  picker.move(1);
  expect(picker.active).toBe(0);
  picker.move(-1);
  expect(await picker.choose()).toBe(true);
  expect(desk.last("offer_dialog_apply_template")).toEqual({
    draft_id: "draft-1",
    template_id: "starter:letter_templates",
  });
  expect([picker.isOpen, picker.typed]).toEqual([false, "Letter templates"]);
});

test("the offer is saved under a name; a name that is taken is told and stays", async () => {
  let isTaken = true;
  const { desk, own } = await opened({
    offer_template_save: () => {
      if (isTaken) {
        const field = { pointer: "/name", code: "taken" as const, message: "It is taken." };
        throw refusal("invalid_fields", "", [field]);
      }
      return viewWith();
    },
  });
  expect(await own.save()).toBe(false);
  own.name = " Domain pack ";
  expect(await own.save()).toBe(false);
  expect([own.problem, own.name]).toEqual(["It is taken.", " Domain pack "]);
  isTaken = false;
  expect(await own.save()).toBe(true);
  expect(desk.last("offer_template_save")).toEqual({ draft_id: "draft-1", name: "Domain pack" });
  expect([own.problem, own.name, own.done?.what]).toEqual(["", "", "saved"]);
});

test("own templates are moved within their list, renamed and updated", async () => {
  const { desk, own } = await opened({
    offer_template_move: () => viewWith(),
    offer_template_rename: () => viewWith(),
    offer_template_update: () => viewWith(),
  });
  const [first, second] = own.all as [TemplateChoice, TemplateChoice];
  expect(names(own.all)).toEqual(["Domain pack", "Appeal letter"]);
  expect(await own.move(first, -1)).toBeNull();
  expect(await own.move(second, 1)).toBeNull();
  expect(desk.count("offer_template_move")).toBe(0);
  expect(await own.move(second, -1)).toBe(0);
  expect(desk.last("offer_template_move")).toEqual({ draft_id: "draft-1", template_id: "own-2", to: 0 });
  expect(await own.rename(first, "Domain pack")).toBe(true);
  expect(desk.count("offer_template_rename")).toBe(0);
  expect(await own.rename(first, " Pack ")).toBe(true);
  expect(desk.last("offer_template_rename")).toMatchObject({ template_id: "own-1", name: "Pack" });
  await own.update(first);
  expect(desk.last("offer_template_update")).toEqual({ draft_id: "draft-1", template_id: "own-1" });
});

test("a template is deleted only after it was asked about", async () => {
  const { desk, own } = await opened({ offer_template_delete: () => viewWith() });
  await own.remove();
  expect(desk.count("offer_template_delete")).toBe(0);
  own.leaving = "own-2";
  await own.remove();
  expect(desk.last("offer_template_delete")).toEqual({ draft_id: "draft-1", template_id: "own-2" });
  expect([own.leaving, own.done?.name]).toEqual([null, "Appeal letter"]);
});

test("a starter is called by its kind in the reader's language, an own one as its owner called it", async () => {
  const [own, , starter] = viewWith().templates;
  await speak("de");
  try {
    expect(nameOf(own!)).toBe("Domain pack");
    expect(nameOf({ ...starter!, name: "anything" })).toBe(t(`kind.${starter!.kind}`));
  } finally {
    await speak("en");
  }
});
