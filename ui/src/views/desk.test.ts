import { afterEach, expect, test, vi } from "vitest";
import { later, refusal, ScriptedDesk } from "../host/scripted-desk";
import { DeskWindow } from "./desk.svelte";

const CONNECTION = { state: "online", waiting_count: 0, failed_count: 0 };

function started(state = "signed_in", target: unknown = null) {
  const desk = new ScriptedDesk({
    session_show: () => ({ state }),
    connection_show: () => CONNECTION,
    settings_show: () => ({ settings: { appearance: "system", notifications: true, undo_seconds: 10 } }),
    queue_list: () => ({ groups: [] }),
    request_centre_list: () => ({ views: [], groups: [] }),
    notice_list: () => ({ notices: [], unread_count: 0 }),
    guide_show: () => ({ is_open: false, steps: [] }),
    notice_mark_read: () => ({ notices: [], unread_count: 0 }),
    navigation_take: () => ({ target }),
    question_show: ({ question_id }) => ({
      question_id,
      draft: { kind: "answer", text: "", attachments: [] },
    }),
    offer_show: ({ offer_id }) => ({
      offer_id,
      delivery_draft: { message: "", is_call_outcome: false, attachments: [] },
    }),
  });
  return { desk, window: new DeskWindow() };
}

afterEach(() => vi.unstubAllGlobals());

test("nobody's desk is asked for before somebody signs in", async () => {
  const { desk, window } = started("signed_out");
  await window.start();
  expect(desk.count("queue_list")).toBe(0);

  desk.answers.session_show = () => ({ state: "signed_in" });
  await window.hear({ event: "session_changed" });
  expect([desk.count("queue_list"), desk.count("request_centre_list"), desk.count("notice_list")]).toEqual([
    1, 1, 1,
  ]);
});

test("a start by a notification shows its offer", async () => {
  const { window } = started("signed_in", { kind: "offer", offer_id: "o1" });
  await window.start();
  expect(window.place).toBe("requests");
  expect(window.centre.offer?.offer_id).toBe("o1");
});

test("a click on a notification closes what lies over the window and is taken once", async () => {
  const { desk, window } = started();
  await window.start();
  window.sheet = "help";
  await window.hear({ event: "navigation_requested", target: { kind: "question", question_id: "q1" } });
  expect(window.sheet).toBeNull();
  expect(window.place).toBe("desk");
  expect(window.conversation.view?.question_id).toBe("q1");
  expect(desk.count("navigation_take")).toBe(2);
});

test("news of a question that is not shown is not fetched", async () => {
  const { desk, window } = started();
  await window.openQuestion("q1");
  await window.hear({ event: "question_changed", question_id: "q2" });
  expect(desk.count("question_show")).toBe(1);
  await window.hear({ event: "question_changed", question_id: "q1" });
  expect(desk.count("question_show")).toBe(2);
});

test("an acceptance is shown in the window, and opening its offer takes it away", async () => {
  const { window } = started();
  await window.hear({
    event: "offer_accepted",
    offer_id: "o1",
    customer_name: "Helen Marsh",
    title: "Letter before action",
    amount_text: "£145.00",
  } as Parameters<DeskWindow["hear"]>[0]);
  expect(window.notices.toasts).toEqual([
    { offerId: "o1", title: "Helen Marsh accepted your offer", body: "Letter before action, £145.00" },
  ]);
  await window.openOffer("o1");
  expect(window.notices.toasts).toEqual([]);
});

test("another account's desk shows nothing of the one before", async () => {
  const { desk, window } = started();
  const saved = (id: string) => ({ state: "signed_in", accounts: [{ account_id: id, is_current: true }] });
  desk.answers.session_show = () => saved("daniel");
  await window.start();
  await window.openQuestion("q1");
  window.sheet = "add-account";
  desk.answers.session_show = () => saved("mira");
  await window.hear({ event: "session_changed" });
  expect(window.conversation.view).toBeNull();
  expect(window.sheet).toBeNull();
});

test("what is looked at is the question at the desk, the offer in the Request Centre, and nothing elsewhere", async () => {
  const { window } = started();
  expect(window.target).toBeNull();
  await window.openQuestion("q1");
  expect(window.target).toEqual({ kind: "question", question_id: "q1" });
  await window.openOffer("o1");
  expect(window.target).toEqual({ kind: "offer", offer_id: "o1" });
  window.place = "settings";
  expect(window.target).toBeNull();
});

test("who closes the window is asked about the tray, and who has no desk before them is not", async () => {
  const { desk, window } = started();
  desk.answers.window_close = () => null;
  await window.start();
  await window.hear({ event: "close_asked" });
  expect(window.sheet).toBe("tray-question");
  expect(desk.count("window_close")).toBe(0);

  const other = started("signed_out");
  other.desk.answers.window_close = () => null;
  await other.window.start();
  await other.window.hear({ event: "close_asked" });
  expect(other.desk.count("window_close")).toBe(1);
  expect(other.desk.count("settings_save")).toBe(0);
});

test("signing out is asked about first", async () => {
  const { desk, window } = started();
  desk.answers.session_show = () => ({
    state: "signed_in",
    accounts: [{ account_id: "daniel", is_current: true }],
  });
  await window.start();
  window.askToSignOut();
  expect(window.sheet).toBe("sign-out");
  expect(desk.count("session_sign_out")).toBe(0);
});

test("a chosen question is marked at once, and moving on goes on from it; a slow answer does not win", async () => {
  const slow = later<unknown>();
  const { desk, window } = started();
  await window.start();
  const show = desk.answers.question_show!;
  desk.answers.question_show = (asked) => (asked.question_id === "q1" ? slow.promise : show(asked));
  const rows = ["q1", "q2"].map((question_id) => ({ question_id }));
  desk.answers.queue_list = () => ({ groups: [{ kind: "open", count: 2, rows }] });
  await window.queue.load();
  const first = window.openQuestion("q1");
  expect(window.marked).toBe("q1");
  await window.openNeighbour(1);
  expect(window.marked).toBe("q2");
  slow.give(show({ question_id: "q1" }));
  await first;
  expect([window.marked, window.conversation.view?.question_id]).toEqual(["q2", "q2"]);
});

test("a question that cannot be opened leaves the mark where it was", async () => {
  const { desk, window } = started();
  await window.start();
  await window.openQuestion("q1");
  desk.answers.question_show = () => {
    throw refusal("not_found");
  };
  await window.openQuestion("q2");
  expect(window.marked).toBe("q1");
});

test("what is taken out of the outbox stands again where it was written", async () => {
  const { desk, window } = started();
  desk.answers.outbox_edit = () => ({ entries: [] });
  desk.answers.offer_dialog_open = ({ question_id, revises }) => ({ question_id, revises, fields: {} });
  await window.start();
  const entry = { command_id: "c1", question_id: "q1", offer_id: null };
  window.sheet = "outbox";
  await window.actOnOutbox("edit", { ...entry, kind: "answer" });
  expect([window.sheet, window.place, window.conversation.view?.question_id]).toEqual([null, "desk", "q1"]);

  await window.actOnOutbox("edit", { ...entry, kind: "offer", offer_id: "o1" });
  expect([window.sheet, desk.last("offer_dialog_open")]).toEqual([
    "offer",
    { question_id: "q1", revises: null },
  ]);
  await window.actOnOutbox("edit", { ...entry, kind: "revision", offer_id: "o1" });
  expect(desk.last("offer_dialog_open")).toEqual({ question_id: "q1", revises: "o1" });

  await window.actOnOutbox("edit", { ...entry, kind: "delivery", offer_id: "o1" });
  expect([window.sheet, window.place, window.centre.asks]).toEqual([null, "requests", "deliver"]);

  await window.actOnOutbox("edit", { ...entry, kind: "support_request", question_id: null });
  expect(window.sheet).toBe("help");
});

test("what cannot be taken back any more is told among what waits", async () => {
  const { desk, window } = started();
  desk.answers.outbox_edit = () => {
    throw refusal("already_sent");
  };
  await window.start();
  await window.actOnOutbox("edit", { command_id: "c1", kind: "answer", question_id: "q1", offer_id: null });
  expect([window.sheet, window.outbox.error?.code]).toEqual(["outbox", "already_sent"]);
});

test("the next of the saved accounts is one key away", async () => {
  const { desk, window } = started();
  const account = (account_id: string, is_current: boolean) => ({ account_id, is_current });
  desk.answers.session_show = () => ({
    state: "signed_in",
    accounts: [account("daniel", true), account("mira", false)],
  });
  desk.answers.session_switch = () => ({ state: "signed_in", accounts: [account("mira", true)] });
  await window.start();
  await window.switchAccount();
  expect(desk.last("session_switch")).toEqual({ account_id: "mira" });
});
