import { flushSync, mount, unmount } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { SearchView } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import type { Shortcut } from "../../shared/shortcuts";
import { matching, pieces } from "./matching";
import Palette from "./Palette.svelte";
import { ofCustomer, Search } from "./search.svelte";

const plain = (text: string) => ({ text, highlights: [] });
const hit = (question_id: string, title = question_id) => ({
  found: { kind: "question" },
  question_id,
  question_number: 48001,
  question_state: "open",
  title: plain(title),
  snippet: { text: "the spare key", highlights: [{ start: 10, end: 13 }] },
  customer_name: "Helen M.",
  category_name: "Legal",
  at: "2026-11-20T10:00:00Z",
});
const found = (ids: string[], next: string | null = null) =>
  ({ hits: ids.map((id) => hit(id)), customers: [], next, is_complete: true }) as unknown as SearchView;
const action = (id: string, name: string, can?: () => boolean): Shortcut => ({
  id,
  group: "Question",
  key: id,
  name,
  ...(can ? { can } : {}),
  run: () => {},
});
const ACTIONS = [action("l", "Lock the question"), action("u", "Unlock nothing", () => false)];

afterEach(() => vi.unstubAllGlobals());

test("an empty field offers every action that can be taken now, and asks nothing", async () => {
  const desk = new ScriptedDesk({});
  const search = new Search();
  await search.open(ACTIONS);
  expect(search.entries.map(({ key }) => key)).toEqual(["action-l"]);
  expect(desk.asked).toEqual([]);
});

test("what is typed finds actions and questions, and a slow answer to less does not win", async () => {
  const slow = later<SearchView>();
  new ScriptedDesk({ search_list: ({ query }) => (query === "l" ? slow.promise : found(["q2"])) });
  const search = new Search();
  await search.open(ACTIONS);
  const first = search.type("l");
  await search.type("lo");
  slow.give(found(["q1"]));
  await first;
  expect(search.entries.map(({ key }) => key)).toEqual(["action-l", "question-q2"]);
});

test("behind > stand commands alone", async () => {
  const desk = new ScriptedDesk({});
  const search = new Search();
  await search.open(ACTIONS, ">lock");
  expect(search.entries.map(({ key }) => key)).toEqual(["action-l"]);
  expect(desk.count("search_list")).toBe(0);
});

test("the next page is put behind the first", async () => {
  const desk = new ScriptedDesk({
    search_list: ({ after }) => (after === null ? found(["q1"], "p2") : found(["q2"])),
  });
  const search = new Search();
  await search.open([], "key");
  await search.more();
  await search.more();
  expect(search.entries.map(({ key }) => key)).toEqual(["question-q1", "question-q2"]);
  expect(desk.count("search_list")).toBe(2);
});

test("a refusal is kept to be shown", async () => {
  new ScriptedDesk({
    search_list: () => {
      throw refusal("internal", "no");
    },
  });
  const search = new Search();
  await search.open([], "key");
  expect(search.error?.code).toBe("internal");
});

test("moving goes around at both ends", async () => {
  new ScriptedDesk({ search_list: () => found(["q1", "q2"]) });
  const search = new Search();
  await search.open([], "key");
  search.step(-1);
  expect(search.current?.key).toBe("question-q2");
  search.step(1);
  expect(search.current?.key).toBe("question-q1");
});

test("actions are found by the beginnings of their words", () => {
  const actions = [action("a", "Extend the lock"), action("b", "Lock the question")];
  expect(matching(actions, "lo").map(({ id }) => id)).toEqual(["b", "a"]);
  expect(matching(actions, "ext lo").map(({ id }) => id)).toEqual(["a"]);
  expect(matching(actions, "ock")).toEqual([]);
});

test("a text is cut at its highlights, also where they touch or overlap", () => {
  const cut = (highlights: { start: number; end: number }[]) =>
    pieces({ text: "a key here", highlights }).map(({ text, isMarked }) => (isMarked ? `[${text}]` : text));
  expect(cut([])).toEqual(["a key here"]);
  expect(cut([{ start: 2, end: 5 }])).toEqual(["a ", "[key]", " here"]);
  expect(
    cut([
      { start: 0, end: 3 },
      { start: 2, end: 5 },
    ]),
  ).toEqual(["[a k]", "[ey]", " here"]);
});

test("a customer's name cannot break out of its filter", () => {
  expect(ofCustomer('He"len')).toBe('customer:"Helen" ');
});

test("what was looked for is marked, and hostile text stays text", async () => {
  HTMLDialogElement.prototype.showModal = () => {};
  HTMLDialogElement.prototype.close = () => {};
  Element.prototype.scrollIntoView = () => {};
  new ScriptedDesk({
    search_list: () => ({ ...found([]), hits: [hit("q1", "<img src=x onerror=alert(1)>")] }),
  });
  const search = new Search();
  await search.open([], "key");
  const onchoose = vi.fn();
  const view = mount(Palette, { target: document.body, props: { search, onclose: () => {}, onchoose } });
  flushSync();
  const row = document.querySelector<HTMLElement>('[data-testid="palette-hit"]');
  expect(row?.querySelector("mark")?.textContent).toBe("key");
  expect(row?.querySelector("img")).toBeNull();
  expect(row?.textContent).toContain("<img src=x");
  document
    .querySelector('[data-testid="palette-input"]')
    ?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  expect(onchoose).toHaveBeenCalledOnce();
  await unmount(view);
});
