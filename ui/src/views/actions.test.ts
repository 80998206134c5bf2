import { afterEach, expect, test, vi } from "vitest";
import type { ConversationView, OfferView } from "../bindings";
import { ScriptedDesk } from "../host/scripted-desk";
import { isAvailable, keysOf } from "../shared/shortcuts";
import { actionsOf } from "./actions";
import { DeskWindow } from "./desk.svelte";

/** What systems and web views take for themselves, with Ctrl or ⌘. */
const TAKEN = new Set(
  [
    // Editing, windows, printing. Zoom is the app's own: the web view's is off.
    ..."acvxzyqwtnrfpshm".split(""),
    "Tab",
    "`",
    " ",
    "Backspace",
    // The inspectors, emoji, Unicode input, redo, private window, log out.
    ..."idceuzpqwt345".split("").map((key) => `shift ${key}`),
  ].map(String),
);

afterEach(() => vi.unstubAllGlobals());

function table() {
  const desk = new DeskWindow();
  const screen = { focus: vi.fn(), press: vi.fn() };
  return { desk, screen, actions: actionsOf(desk, screen) };
}

test("every action has a name, an id and keys of its own", () => {
  const { actions } = table();
  expect(new Set(actions.map(({ id }) => id)).size).toBe(actions.length);
  expect(new Set(actions.map(({ name }) => name)).size).toBe(actions.length);
  for (const one of actions) {
    const keys = keysOf(one).join(" ");
    const others = actions.filter(
      (other) =>
        other !== one &&
        keysOf(other).join(" ") === keys &&
        (!one.place || !other.place || one.place === other.place),
    );
    expect(
      others.map(({ id }) => id),
      `${one.id} and ${keys}`,
    ).toEqual([]);
  }
});

test("no shortcut takes what the system or the web view needs", () => {
  const { actions } = table();
  const clashes = actions.filter(({ key, mod, shift }) => mod && TAKEN.has(`${shift ? "shift " : ""}${key}`));
  expect(clashes.map(({ id }) => id)).toEqual([]);
});

test("only what can be taken now is available", () => {
  const { desk, actions } = table();
  const available = () => actions.filter(isAvailable).map(({ id }) => id);
  expect(available()).not.toContain("lock");

  desk.conversation.view = {
    state: "open",
    lock: { state: "free" },
    messages: [],
    offers: [],
    may_write: false,
    checklist: { blocker: "lock_first", steps: [] },
  } as unknown as ConversationView;
  expect(available()).toContain("lock");
  expect(available()).not.toContain("extend");
  expect(available()).not.toContain("offer");

  desk.place = "requests";
  desk.centre.offer = { offer_id: "o1", actions: ["start"], pending: null } as unknown as OfferView;
  expect(available()).toContain("start");
  expect(available()).not.toContain("deliver");
  expect(available()).not.toContain("lock");
});

test("a send that can be undone is undone by its key", async () => {
  const asked = new ScriptedDesk({
    outbox_undo: () => null,
    question_show: () => ({ draft: { kind: "answer", text: "", attachments: [] } }),
  });
  const { desk, actions } = table();
  desk.conversation.view = {
    question_id: "q1",
    messages: [{ delivery: { kind: "sent" } }, { delivery: { kind: "undoable", command_id: "c1" } }],
    offers: [],
  } as unknown as ConversationView;
  const undo = actions.find(({ id }) => id === "undo-send");
  expect(undo && isAvailable(undo)).toBe(true);
  undo?.run();
  await vi.waitFor(() => expect(asked.last("outbox_undo")).toEqual({ command_id: "c1" }));
});

test("what of an offer waits is taken back, and what was refused sent again or thrown away, by the same keys", async () => {
  const asked = new ScriptedDesk({
    outbox_edit: () => ({ entries: [] }),
    outbox_retry: () => ({ entries: [] }),
    outbox_discard: () => ({ entries: [] }),
    offer_show: () => ({ delivery_draft: { message: "", is_call_outcome: false, attachments: [] } }),
    request_centre_list: () => ({ views: [], groups: [] }),
  });
  const { desk, actions } = table();
  const run = (id: string) => {
    const found = actions.find((one) => one.id === id);
    expect(found && isAvailable(found), id).toBe(true);
    found?.run();
  };
  const waits = { command_id: "c1", kind: "start", error: null, is_editable: true };
  desk.place = "requests";
  desk.centre.offer = { offer_id: "o1", actions: [], pending: waits } as unknown as OfferView;
  run("undo-send");
  await vi.waitFor(() => expect(asked.last("outbox_edit")).toEqual({ command_id: "c1" }));
  await vi.waitFor(() => expect(desk.outbox.isBusy).toBe(false));
  for (const [id, name] of [
    ["retry-send", "outbox_retry"],
    ["discard-send", "outbox_discard"],
  ] as const) {
    const refused = { ...waits, error: { code: "offer_state_conflict", detail: "", fields: [] } };
    desk.centre.offer = { offer_id: "o1", actions: [], pending: refused } as unknown as OfferView;
    run(id);
    await vi.waitFor(() => expect(asked.last(name)).toEqual({ command_id: "c1" }));
    await vi.waitFor(() => expect(desk.outbox.isBusy).toBe(false));
  }
});
