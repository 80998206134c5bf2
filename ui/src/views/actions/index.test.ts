import { afterEach, expect, test, vi } from "vitest";
import type { ConversationView, OfferView } from "../../bindings";
import { isAvailable, keysOf } from "../../shared/shortcuts";
import { actionsOf } from ".";
import { DeskWindow } from "../desk.svelte";

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
