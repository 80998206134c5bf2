import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConversationView, MessageDraftView } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { Conversation } from "./conversation.svelte";

const EMPTY = {
  kind: "answer",
  text: "",
  preview_html: "",
  announces_offer: false,
  attachments: [],
  saved_at: null,
} as unknown as MessageDraftView;

const view = (id: string, draft: Partial<MessageDraftView> = {}) =>
  ({ question_id: id, title: `Question ${id}`, draft: { ...EMPTY, ...draft } }) as ConversationView;

const show = ({ question_id }: { question_id: string }) => view(question_id);
const keep = () => ({ ...EMPTY, saved_at: "2026-11-23T10:00:00Z" });

async function opened(answers: ConstructorParameters<typeof ScriptedDesk>[0] = {}) {
  const desk = new ScriptedDesk({ question_show: show, message_draft_save: keep, ...answers });
  const conversation = new Conversation();
  await conversation.open("one");
  return { desk, conversation };
}

function type(conversation: Conversation, text: string) {
  conversation.text = text;
  conversation.typed();
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what is typed is kept by itself at the next pause", async () => {
  const { desk, conversation } = await opened();
  type(conversation, "Dear Helen");
  await vi.runAllTimersAsync();
  expect(desk.last("message_draft_save")).toMatchObject({ question_id: "one", text: "Dear Helen" });
  expect(conversation.savedAt).toBe("2026-11-23T10:00:00Z");
});

test("another question opens only when what was typed on this one is kept", async () => {
  const { desk, conversation } = await opened({
    message_draft_save: () => {
      throw refusal("storage_failed");
    },
  });
  type(conversation, "Dear Helen");
  await conversation.open("two");
  expect(conversation.view?.question_id).toBe("one");
  expect(conversation.text).toBe("Dear Helen");
  expect(conversation.error?.code).toBe("storage_failed");

  desk.answers.message_draft_save = keep;
  await conversation.open("two");
  expect(conversation.view?.question_id).toBe("two");
  expect(desk.last("message_draft_save")).toMatchObject({ question_id: "one", text: "Dear Helen" });
});

test("news about a question leaves what is being typed", async () => {
  const { desk, conversation } = await opened();
  type(conversation, "Dear Hel");
  desk.answers.question_show = () => ({ ...view("one", { text: "older" }), title: "New title" });
  await conversation.refresh();
  expect(conversation.text).toBe("Dear Hel");
  expect(conversation.view?.title).toBe("New title");
});

test("news neither greys the buttons nor takes away what went wrong before", async () => {
  const answer = later<ConversationView>();
  const { desk, conversation } = await opened();
  conversation.error = refusal("storage_failed");
  desk.answers.question_show = () => answer.promise;
  const news = conversation.refresh();
  expect(conversation.isBusy).toBe(false);
  answer.give(view("one"));
  await news;
  expect(conversation.error?.code).toBe("storage_failed");
});

test("a refused message comes back into an empty composer", async () => {
  const { desk, conversation } = await opened();
  desk.answers.question_show = () => view("one", { text: "Too long an answer" });
  await conversation.refresh();
  expect(conversation.text).toBe("Too long an answer");
});

test("news that arrives after another question was opened does not take its place", async () => {
  const answer = later<ConversationView>();
  const { desk, conversation } = await opened();
  desk.answers.question_show = ({ question_id }) =>
    question_id === "one" ? answer.promise : view(question_id);
  const news = conversation.refresh();
  await conversation.open("two");
  answer.give(view("one"));
  await news;
  expect(conversation.view?.question_id).toBe("two");
});

test("a message is sent as it stands, and not in an older form when it cannot be kept", async () => {
  const { desk, conversation } = await opened({ message_send: () => view("one") });
  type(conversation, "Final words");
  await conversation.send();
  expect(desk.asked.slice(-2).map((one) => one.name)).toEqual(["message_draft_save", "message_send"]);
  expect(conversation.text).toBe("");

  desk.answers.message_draft_save = () => {
    throw refusal("storage_failed");
  };
  type(conversation, "More words");
  await conversation.send();
  expect(desk.count("message_send")).toBe(1);
  expect(conversation.text).toBe("More words");
});

test("only an Answer announces an offer", async () => {
  const { desk, conversation } = await opened();
  conversation.announcesOffer = true;
  conversation.kind = "info_request";
  type(conversation, "Which model is it?");
  await conversation.flush();
  expect(desk.last("message_draft_save")).toMatchObject({ announces_offer: false });
});

test("a refused file is told, and the files around it are added", async () => {
  vi.useRealTimers();
  const { conversation } = await opened({
    attachment_add: ({ name }) => {
      if (name === "bad.exe")
        throw refusal("invalid_fields", "", [
          { pointer: "/attachment", code: "dangerous_type", message: "No." },
        ]);
      return { id: name, name, size_bytes: 3 };
    },
  });
  const file = (name: string) => new File(["abc"], name);
  await conversation.attach([file("a.txt"), file("bad.exe")]);
  expect(conversation.attachments.map((added) => added.name)).toEqual(["a.txt"]);
  expect(conversation.error?.fields[0]?.message).toBe("No.");
  expect(conversation.uploads).toEqual([]);
});
