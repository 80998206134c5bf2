import { afterEach, expect, test, vi } from "vitest";
import type { ConversationView } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { Conversation } from "./conversation.svelte";
import Pane from "./Conversation.svelte";
import { viewWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

function pane(more: Partial<ConversationView> | null = {}, change: Partial<Conversation> = {}) {
  const conversation = Object.assign(new Conversation(), { view: more && viewWith(more) }, change);
  const onback = vi.fn();
  return { conversation, onback, ...shown(Pane, { conversation, onback, onshow: () => {} }) };
}
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

test("before a question is chosen it says how to choose one; a failed opening says why", () => {
  const empty = pane(null);
  expect(empty.target.querySelector("main")?.getAttribute("aria-label")).toBe("Conversation");
  expect(empty.has("conversation")).toBe(false);
  expect(pane(null, { error: refusal("not_found") }).has("error-banner")).toBe(true);
});

test("a free question is locked by its button, a closed one cannot be", async () => {
  const desk = new ScriptedDesk({ question_lock: () => viewWith() });
  const free = pane();
  free.press("lock-button");
  await vi.waitFor(() => expect(desk.count("question_lock")).toBe(1));
  expect(pane({ state: "closed" }).find<HTMLButtonElement>("lock-button").disabled).toBe(true);
});

test("one's own lock says how long it holds, is extended and released", async () => {
  const desk = new ScriptedDesk({ question_extend: () => viewWith(), question_release: () => viewWith() });
  const lock = {
    state: "mine" as const,
    holder_name: null,
    expires_at: inMinutes(50),
    warns_at: inMinutes(40),
  };
  const { find, press, text } = pane({ lock });
  expect(find("lock-state").dataset["state"]).toBe("mine");
  expect(text(find("lock-state"))).toMatch(/\d+ min/);
  press("extend-button");
  await vi.waitFor(() => expect(desk.count("question_extend")).toBe(1));
  const again = pane({ lock });
  again.press("release-button");
  await vi.waitFor(() => expect(desk.count("question_release")).toBe(1));
});

test("a lock that ends soon is announced", () => {
  const lock = {
    state: "mine" as const,
    holder_name: null,
    expires_at: inMinutes(5),
    warns_at: inMinutes(-1),
  };
  const { find } = pane({ lock });
  expect(find("lock-state").classList.contains("lockchip--ending")).toBe(true);
  expect(find("lock-state").querySelector('[role="status"]')?.textContent).toBeTruthy();
});

test("another's lock names who holds it, and offers nothing to press", () => {
  const lock = { state: "other" as const, holder_name: "Mira", expires_at: inMinutes(30), warns_at: null };
  const { find, has } = pane({ lock, may_write: false });
  expect(find("lock-state").textContent).toContain("Mira");
  expect([has("lock-button"), has("extend-button"), has("composer-send")]).toEqual([false, false, false]);
});

test("what fails stands above what is written, and can be put away; a long title stands in full", () => {
  const { has, press, target } = pane({ title: LONG }, { error: refusal("lock_held") });
  expect(target.querySelector("h1")?.textContent).toBe(LONG);
  expect(has("error-banner")).toBe(true);
  press("Close");
  expect(has("error-banner")).toBe(false);
});

test("where one pane has room, it leads back to the list", () => {
  const { onback, press } = pane();
  press("Back");
  expect(onback).toHaveBeenCalledOnce();
});
