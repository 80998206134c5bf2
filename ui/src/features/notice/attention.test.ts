import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { Attention } from "./attention.svelte";

afterEach(() => vi.unstubAllGlobals());

test("what is looked at is told when it changes, and again when it could not be told", async () => {
  const desk = new ScriptedDesk({ attention_note: () => null });
  const attention = new Attention();
  const question = { kind: "question", question_id: "q1" } as const;
  await attention.note(question, true);
  await attention.note({ ...question }, true);
  expect(desk.count("attention_note")).toBe(1);
  await attention.note(question, false);
  expect(desk.last("attention_note")).toEqual({ is_focused: false, target: question });

  desk.answers.attention_note = () => {
    throw refusal("internal");
  };
  await attention.note(null, true);
  desk.answers.attention_note = () => null;
  await attention.note(null, true);
  expect(desk.count("attention_note")).toBe(4);
});
