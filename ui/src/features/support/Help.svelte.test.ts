import { afterEach, expect, test, vi } from "vitest";
import type { SupportRequestView } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import Help from "./Help.svelte";

afterEach(() => vi.unstubAllGlobals());

const earlier: SupportRequestView = {
  id: "support-1",
  question_id: null,
  question_number: null,
  subject: LONG,
  text_html: "<p>Please look.</p>",
  requested_at: "2026-11-20T10:00:00Z",
  state: "open",
  reply_html: null,
  replied_at: null,
  pending: null,
};

const NO_DRAFT = { subject: "", text: "", saved_at: null };

function help(answers: ConstructorParameters<typeof ScriptedDesk>[0] = {}, number: number | null = 48001) {
  const desk = new ScriptedDesk({
    support_request_list: () => ({ requests: [], draft: NO_DRAFT }),
    support_draft_save: ({ subject, text }) => ({ subject, text, saved_at: "2026-11-20T11:08:00Z" }),
    ...answers,
  });
  const given = { onclose: vi.fn(), onshortcuts: vi.fn(), onguide: vi.fn() };
  const questionId = number === null ? null : "question-1";
  return { desk, ...given, ...shown(Help, { questionId, questionNumber: number, ...given }) };
}
const submit = (target: Element) =>
  target.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));

test("it is about the open question, unless that is taken off or there is none", async () => {
  const { desk, write, target } = help({ support_request_send: () => ({ requests: [earlier] }) });
  write("help-subject", "Refund");
  write("help-text", "Please look.");
  target.querySelector<HTMLInputElement>('input[type="checkbox"]')?.click();
  submit(target);
  await vi.waitFor(() =>
    expect(desk.last("support_request_send")).toEqual({
      question_id: null,
      subject: "Refund",
      text: "Please look.",
    }),
  );
  expect(help({}, null).target.querySelector('input[type="checkbox"]')).toBeNull();
});

test("while it is sent it cannot be sent again; once sent, that is told", async () => {
  const slow = later<{ requests: SupportRequestView[] }>();
  const { desk, target, find, has } = help({ support_request_send: () => slow.promise });
  submit(target);
  submit(target);
  await vi.waitFor(() => expect(find<HTMLButtonElement>("help-send").disabled).toBe(true));
  expect(desk.count("support_request_send")).toBe(1);
  slow.give({ requests: [earlier] });
  await vi.waitFor(() => expect(target.querySelector('.ok-note[role="status"]')).not.toBeNull());
  expect(has("help-send")).toBe(false);
});

test("what is refused stands beside its field, a trouble above them, and nothing typed is lost", async () => {
  const fields = [
    { pointer: "/subject", code: "missing" as const, message: "Say what it is about." },
    { pointer: "/text", code: "missing" as const, message: "Say what you need." },
  ];
  const { target, write, find, has } = help({
    support_request_send: () => {
      throw refusal("invalid_fields", "", fields);
    },
  });
  write("help-text", "Kept");
  submit(target);
  await vi.waitFor(() => expect(target.querySelectorAll(".field__problem")).toHaveLength(2));
  expect(find<HTMLTextAreaElement>("help-text").value).toBe("Kept");
  expect(has("error-banner")).toBe(true);
});

test("earlier requests say how they stand, with the reply; one that cannot be read is told", async () => {
  const requests = [
    earlier,
    { ...earlier, id: "support-2", state: null },
    { ...earlier, id: "support-3", state: "answered" as const, reply_html: "<p>Done.</p>" },
  ];
  const { all, text } = help({ support_request_list: () => ({ requests }) });
  await vi.waitFor(() => expect(all("help-earlier")).toHaveLength(3));
  expect(new Set(all("help-earlier").map((one) => text(one.querySelector(".faint")!))).size).toBe(3);
  expect(text(all("help-earlier")[2]!)).toContain("Done.");
  const failed = help({
    support_request_list: () => {
      throw refusal("storage_failed");
    },
  });
  await vi.waitFor(() => expect(failed.has("error-banner")).toBe(true));
});

test("it leads to shortcuts and first steps, and closes", () => {
  const { press, onclose, onshortcuts, onguide } = help();
  press("All shortcuts");
  press("help-guide");
  press("Close");
  expect([onshortcuts, onguide, onclose].map((one) => one.mock.calls.length)).toEqual([1, 1, 1]);
});

test("what is typed is kept at a pause and when it is closed, and is there again", async () => {
  const draft = { subject: "Refund", text: "Please look.", saved_at: "2026-11-20T11:08:00Z" };
  const { desk, find, write, has } = help({ support_request_list: () => ({ requests: [], draft }) });
  await vi.waitFor(() => expect(find<HTMLInputElement>("help-subject").value).toBe("Refund"));
  expect(find<HTMLTextAreaElement>("help-text").value).toBe("Please look.");
  write("help-text", "Please look again.");
  await vi.waitFor(() =>
    expect(desk.last("support_draft_save")).toEqual({ subject: "Refund", text: "Please look again." }),
  );
  expect(has("help-saved")).toBe(true);
});

test("what could not be kept is not sent", async () => {
  const { desk, write, target, has } = help({
    support_draft_save: () => {
      throw refusal("storage_failed");
    },
  });
  write("help-subject", "Refund");
  submit(target);
  await vi.waitFor(() => expect(has("error-banner")).toBe(true));
  expect(desk.count("support_request_send")).toBe(0);
});
