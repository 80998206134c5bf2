import { afterEach, expect, test, vi } from "vitest";
import type { Phrase } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { Conversation } from "./conversation.svelte";
import Phrases from "./Phrases.svelte";
import { viewWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

const list: Phrase[] = [
  { purpose: "confirm", id: null, name: "Is all answered?", text: "Is everything answered?" },
  { purpose: "own", id: "phrase-1", name: LONG, text: "My own words" },
];

function menu(text = "") {
  const conversation = Object.assign(new Conversation(), { view: viewWith({ phrases: list }), text });
  return { conversation, ...shown(Phrases, { conversation, list }) };
}

test("the menu says whether it is open, and a phrase goes into what is written", () => {
  const { conversation, find, press, has } = menu();
  expect(find("composer-phrases").getAttribute("aria-expanded")).toBe("false");
  press("composer-phrases");
  expect(find("composer-phrases").getAttribute("aria-expanded")).toBe("true");
  press("phrase");
  expect(conversation.text).toContain("Is everything answered?");
  expect(has("phrase")).toBe(false);
});

test("only own phrases can be taken away, by a button that names them", async () => {
  const desk = new ScriptedDesk({ phrase_delete: () => ({ phrases: [] }) });
  const { press, all } = menu();
  press("composer-phrases");
  expect(all("phrase-delete").map((button) => button.title.includes(LONG))).toEqual([true]);
  press("phrase-delete");
  await vi.waitFor(() => expect(desk.last("phrase_delete")).toMatchObject({ phrase_id: "phrase-1" }));
});

test("nothing written cannot be kept; a name that is refused says why and stays", async () => {
  const empty = menu();
  empty.press("composer-phrases");
  expect(empty.find<HTMLButtonElement>("phrase-new").disabled).toBe(true);

  new ScriptedDesk({
    phrase_save: () => {
      throw refusal("invalid_fields", "", [
        { pointer: "/name", code: "taken", message: "There is one of this name." },
      ]);
    },
  });
  const { press, write, find, target } = menu("Dear Helen");
  press("composer-phrases");
  press("phrase-new");
  write("phrase-name", "Greeting");
  press("phrase-save");
  await vi.waitFor(() =>
    expect(target.querySelector(".field__problem")?.textContent).toBe("There is one of this name."),
  );
  expect(find<HTMLInputElement>("phrase-name").value).toBe("Greeting");
});

test("what fails otherwise is told as well", async () => {
  new ScriptedDesk({
    phrase_delete: () => {
      throw refusal("storage_failed");
    },
  });
  const { press, target } = menu();
  press("composer-phrases");
  press("phrase-delete");
  await vi.waitFor(() => expect(target.querySelector('[role="status"]')?.textContent).toBeTruthy());
});
