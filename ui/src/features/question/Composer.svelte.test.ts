import { flushSync } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { ConversationView } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import Composer from "./Composer.svelte";
import { Conversation } from "./conversation.svelte";
import { viewWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

function composer(more: Partial<ConversationView> = {}, change: Partial<Conversation> = {}) {
  const desk = new ScriptedDesk({
    message_draft_save: (draft) => ({
      ...viewWith().draft,
      ...draft,
      preview_html: "<p>So</p>",
      saved_at: "2026-11-23T10:00:00Z",
    }),
    message_send: () => viewWith(),
    attachment_add: () => ({ id: "file-1", name: "wall.png", media_type: "image/png", size_bytes: 4 }),
    attachment_preview: () => ({ media_type: "image/png", content_base64: "AAAA" }),
  });
  const view = viewWith(more);
  const conversation = Object.assign(new Conversation(), { view }, change);
  return { desk, conversation, ...shown(Composer, { conversation, view }) };
}

test("empty, it offers an Answer; an Info Request announces no offer", () => {
  const { find, has, press, target } = composer();
  expect(find("composer-kind-answer").getAttribute("aria-pressed")).toBe("true");
  expect(has("composer-announce-offer")).toBe(true);
  const label = () => target.querySelector('label[for="composer-text"]')?.textContent;
  const before = label();
  press("composer-kind-info_request");
  expect(has("composer-announce-offer")).toBe(false);
  expect(label()).not.toBe(before);
});

test("without the lock it can be written but not sent, and says why", () => {
  const { find, has } = composer({ may_write: false });
  expect(has("composer-send")).toBe(false);
  expect(find("composer-locked").textContent).toContain("Helen");
  expect(find<HTMLTextAreaElement>("composer-text").disabled).toBe(false);
});

test("what is typed is kept, and when is told; a long text stays", async () => {
  const { desk, conversation, find, write } = composer();
  write("composer-text", LONG);
  await conversation.flush();
  flushSync();
  expect(desk.last("message_draft_save")).toMatchObject({ text: LONG });
  expect(find("composer-saved").getAttribute("role")).toBe("status");
});

test("the preview shows what the customer will see, and nothing where nothing is written", () => {
  const kept = { ...viewWith().draft, preview_html: "<p><strong>So</strong></p>" };
  const { find } = composer({}, { isPreviewing: true, kept });
  expect(find("composer-preview").querySelector("strong")?.textContent).toBe("So");
  expect(find("composer-text").hidden).toBe(true);
  expect(
    composer({}, { isPreviewing: true }).find("composer-preview").querySelector(".faint"),
  ).not.toBeNull();
});

test("while it is sent the button waits; what is refused is told beside its field", () => {
  expect(composer({}, { isBusy: true }).find<HTMLButtonElement>("composer-send").disabled).toBe(true);
  const error = refusal("invalid_fields", "", [
    { pointer: "/text", code: "missing", message: "Write something." },
    { pointer: "/attachment", code: "dangerous_type", message: "Programs cannot be sent." },
  ]);
  const { find } = composer({}, { error });
  expect(find("composer-problem").textContent).toBe("Write something.");
  expect(find("composer-file-problem").textContent).toBe("Programs cannot be sent.");
});

test("files are taken by dropping them, which is shown while they are held over it", async () => {
  const { desk, target, all } = composer();
  const form = target.querySelector("form")!;
  form.dispatchEvent(new Event("dragover", { bubbles: true, cancelable: true }));
  flushSync();
  expect(form.classList.contains("is-dropping")).toBe(true);
  const drop = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), {
    dataTransfer: { files: [new File(["wall"], "wall.png", { type: "image/png" })] },
  });
  form.dispatchEvent(drop);
  flushSync();
  expect(form.classList.contains("is-dropping")).toBe(false);
  await vi.waitFor(() => expect(all("draft-file")).toHaveLength(1));
  expect(desk.count("attachment_add")).toBe(1);
});

test("files are taken by pasting and by choosing them; a pasted text is typed as any other", async () => {
  const { desk, find, all } = composer();
  const wall = new File(["wall"], "wall.png", { type: "image/png" });
  const paste = (files: File[]) => {
    const event = new Event("paste", { bubbles: true, cancelable: true });
    find("composer-text").dispatchEvent(Object.assign(event, { clipboardData: { files } }));
    return event.defaultPrevented;
  };
  expect(paste([])).toBe(false);
  expect(paste([wall])).toBe(true);
  await vi.waitFor(() => expect(all("draft-file")).toHaveLength(1));
  await vi.waitFor(() => expect(all("draft-file")[0]?.querySelector("img")).not.toBeNull());

  desk.answers.attachment_add = () => ({
    id: "file-2",
    name: "plan.pdf",
    media_type: "application/pdf",
    size_bytes: 4,
  });
  const input = find<HTMLInputElement>("composer-attach-input");
  Object.defineProperty(input, "files", { value: [new File(["plan"], "plan.pdf")], configurable: true });
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await vi.waitFor(() => expect(all("draft-file")).toHaveLength(2));
  expect(desk.last("attachment_add")).toMatchObject({ name: "plan.pdf" });
});

test("the form sends", async () => {
  const { desk, target } = composer({}, { text: "He may not." });
  target.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await vi.waitFor(() => expect(desk.count("message_send")).toBe(1));
});
