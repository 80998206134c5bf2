import { afterEach, expect, test, vi } from "vitest";
import type { MessageView } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { Conversation } from "./conversation.svelte";
import Message from "./Message.svelte";
import { FILE } from "../../shared/files/sample";
import { MESSAGE, viewWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

function message(more: Partial<MessageView> = {}, conversation = new Conversation()) {
  return shown(Message, { message: { ...MESSAGE, ...more }, questionId: "question-1", conversation });
}

test("Answers, Info Requests and what the customer writes are told apart in words", () => {
  expect(message().text()).toContain("Answer");
  expect(message({ kind: "info_request" }).text()).toContain("Info Request");
  const theirs = message({ kind: "reply", is_mine: false, author_name: "Helen Marsh" });
  expect(theirs.text()).toContain("Helen Marsh");
  expect(theirs.target.querySelector(".tag")).toBeNull();
});

test("a sent message has no state beside it; its files can be opened", () => {
  const { target, find } = message({ attachments: [FILE] });
  expect(target.querySelector('[role="status"]')).toBeNull();
  expect(find("file-chip").textContent).toContain("invoice.pdf");
});

test("while it can be taken back, it says so and is taken back by its button", async () => {
  const desk = new ScriptedDesk({
    outbox_undo: () => ({ commands: [] }),
    question_show: () => viewWith(),
    connection_show: () => ({}),
  });
  const conversation = new Conversation();
  conversation.view = viewWith();
  const delivery = { kind: "undoable" as const, command_id: "command-1", until: "2026-11-23T10:10:05Z" };
  const { press } = message({ delivery }, conversation);
  press("message-undo");
  await vi.waitFor(() => expect(desk.last("outbox_undo")).toEqual({ command_id: "command-1" }));
});

test("a waiting one says so, and how far its files are", () => {
  const conversation = new Conversation();
  const delivery = { kind: "waiting" as const, command_id: "command-1", is_editable: false };
  const waiting = message({ delivery }, conversation);
  expect(waiting.target.querySelector('[role="status"]')).not.toBeNull();
  expect(waiting.has("message-edit")).toBe(false);
  conversation.sending = { "command-1": { name: "wall.png", share: 0.5 } };
  const { target, text } = message({ delivery }, conversation);
  expect(text()).toContain("50");
  expect(target.querySelector("progress")?.getAttribute("aria-label")).toBe("wall.png");
});

test("one that waits and was never tried can be taken back to be edited", async () => {
  const desk = new ScriptedDesk({ outbox_edit: () => ({ entries: [] }), question_show: () => viewWith() });
  const conversation = new Conversation();
  conversation.view = viewWith();
  const delivery = { kind: "waiting" as const, command_id: "command-1", is_editable: true };
  message({ delivery }, conversation).press("message-edit");
  await vi.waitFor(() => expect(desk.last("outbox_edit")).toEqual({ command_id: "command-1" }));
});

test("a failed one says why, and can be edited, tried again or thrown away", async () => {
  const desk = new ScriptedDesk({
    outbox_retry: () => ({ commands: [] }),
    outbox_discard: () => ({ commands: [] }),
    outbox_edit: () => ({ commands: [] }),
    question_show: () => viewWith(),
  });
  const conversation = new Conversation();
  conversation.view = viewWith();
  const delivery = { kind: "failed" as const, command_id: "command-1", error: refusal("lock_not_held") };
  const { press, text } = message({ delivery }, conversation);
  expect(text()).toContain("Not sent.");
  for (const [words, name] of [
    ["Edit", "outbox_edit"],
    ["Send again", "outbox_retry"],
    ["Discard", "outbox_discard"],
  ] as const) {
    press(words);
    await vi.waitFor(() => expect(desk.last(name)).toEqual({ command_id: "command-1" }));
  }
});

test("a long text stands in full, in the direction it is written in", () => {
  const { target } = message({ text_html: `<p>${LONG}</p>` });
  expect(target.querySelector(".msg__body")?.getAttribute("dir")).toBe("auto");
  expect(target.textContent).toContain(LONG);
});
