import { afterEach, expect, test, vi } from "vitest";
import type { ConversationView, Phrase } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { Conversation } from "./conversation.svelte";
import { Phrases } from "./phrases.svelte";

const own: Phrase = { purpose: "own", id: "p", name: "Deposit", text: "Dear Helen" };

function menu(answers: ConstructorParameters<typeof ScriptedDesk>[0]) {
  const desk = new ScriptedDesk(answers);
  const conversation = new Conversation();
  conversation.view = { question_id: "q", phrases: [] as Phrase[] } as ConversationView;
  conversation.text = "Dear Helen";
  return { desk, conversation, phrases: new Phrases(conversation) };
}

afterEach(() => vi.unstubAllGlobals());

test("what is written is kept under a name and listed", async () => {
  const { desk, conversation, phrases } = menu({ phrase_save: () => ({ phrases: [own] }) });
  phrases.isNaming = true;
  phrases.name = "Deposit";
  await phrases.save();
  expect(desk.last("phrase_save")).toEqual({ question_id: "q", name: "Deposit", text: "Dear Helen" });
  expect(conversation.view?.phrases).toEqual([own]);
  expect(phrases.isNaming).toBe(false);
});

test("a refused name stays where it was typed", async () => {
  const { phrases } = menu({
    phrase_save: () => {
      throw refusal("invalid_fields", "", [{ pointer: "/name", code: "missing", message: "Enter a name." }]);
    },
  });
  phrases.isNaming = true;
  phrases.name = " ";
  await phrases.save();
  expect(phrases.isNaming).toBe(true);
  expect(phrases.name).toBe(" ");
  expect(phrases.error?.fields[0]?.pointer).toBe("/name");
});

test("an own phrase is deleted, and choosing one closes the menu", async () => {
  const { conversation, phrases } = menu({ phrase_delete: () => ({ phrases: [] }) });
  conversation.view = { question_id: "q", phrases: [own] } as ConversationView;
  phrases.toggle();
  await phrases.remove("p");
  expect(conversation.view.phrases).toEqual([]);
  phrases.choose("Thank you.");
  expect(conversation.text).toBe("Dear Helen\n\nThank you.");
  expect(phrases.isOpen).toBe(false);
});
