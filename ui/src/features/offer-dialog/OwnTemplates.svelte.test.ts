import { tick } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { refusal } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { opened } from "./opened";
import OwnTemplatesList from "./OwnTemplates.svelte";
import { viewWith } from "./sample";
import { OwnTemplates } from "./templates.svelte";

afterEach(() => vi.unstubAllGlobals());

test("own templates are moved by keys, asked about before they go, and help names the placeholders", async () => {
  const { desk, dialog } = await opened(
    {},
    { offer_template_move: () => viewWith(), offer_template_delete: () => viewWith() },
  );
  const { target, find, text, key } = shown(OwnTemplatesList, { templates: new OwnTemplates(dialog) });
  expect(text()).toContain("{customer} Helen");
  key(target.querySelectorAll(".line input")[1], "ArrowUp", { altKey: true });
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
  const { text } = shown(OwnTemplatesList, { templates: new OwnTemplates(dialog) });
  expect(text()).toContain("You have no templates of your own yet.");
});

test("a name that is taken is told beside its field; a trouble otherwise above the list", async () => {
  const problem = { pointer: "/name", code: "taken" as const, message: "There is one of this name." };
  const { desk, dialog } = await opened(
    {},
    {
      offer_template_save: () => {
        throw refusal("invalid_fields", "", [problem]);
      },
    },
  );
  const { find, press, write, target, has } = shown(OwnTemplatesList, {
    templates: new OwnTemplates(dialog),
  });
  expect(find<HTMLButtonElement>("offer-template-save").disabled).toBe(true);
  write("offer-template-name", "Domain pack");
  press("offer-template-save");
  await vi.waitFor(() =>
    expect(target.querySelector("#offer-template-problem")?.textContent).toBe(problem.message),
  );
  desk.answers.offer_template_save = () => {
    throw refusal("storage_failed");
  };
  press("offer-template-save");
  await vi.waitFor(() => expect(has("error-banner")).toBe(true));
});

test("the button that brings one up to date names it", async () => {
  const { dialog } = await opened();
  const { all } = shown(OwnTemplatesList, { templates: new OwnTemplates(dialog) });
  expect(
    all("offer-template-update").map((button) => button.textContent?.replace(/\s+/g, " ").trim()),
  ).toEqual(["Update template, Domain pack", "Update template, Appeal letter"]);
});
