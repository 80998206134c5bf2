import { afterEach, expect, test, vi } from "vitest";
import type { SearchView } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import type { Shortcut } from "../../shared/shortcuts";
import { LONG, shown } from "../../shared/shown";
import { whole } from "../../shared/soon-whole.svelte";
import Palette from "./Palette.svelte";
import { Search } from "./search.svelte";

afterEach(() => vi.unstubAllGlobals());

const plain = (text: string) => ({ text, highlights: [] });
const hit = {
  found: { kind: "question" as const },
  question_id: "question-1",
  question_number: 48001,
  question_state: "answered" as const,
  title: plain(LONG),
  snippet: plain("the spare key"),
  customer_name: "Helen M.",
  category_name: "Legal",
  at: "2026-11-20T10:00:00Z",
};
const view = (more: Partial<SearchView> = {}): SearchView => ({
  hits: [
    hit,
    {
      ...hit,
      found: { kind: "message", message_id: "m1", message_kind: "answer" },
      question_state: null,
      question_number: null,
    },
    { ...hit, found: { kind: "offer", offer_id: "o1", offer_state: "sent" } },
  ],
  customers: [{ customer_id: "c1", name: plain("Helen Marsh"), question_count: 3 }],
  next: null,
  is_complete: true,
  ...more,
});
const lock: Shortcut = { id: "lock", group: "Question", key: "l", name: "Lock the question", run: () => {} };

async function palette(answer: SearchView | null, typed = "") {
  const desk = new ScriptedDesk({
    search_list: () => {
      if (!answer) throw refusal("storage_failed");
      return answer;
    },
  });
  const search = new Search();
  await search.open([lock], typed);
  const [onclose, onchoose] = [vi.fn(), vi.fn()];
  return { desk, search, onclose, onchoose, ...shown(Palette, { search, onclose, onchoose }) };
}

test("with nothing typed it lists the actions with their keys, and the field leads the list", async () => {
  const { find, all, text } = await palette(null);
  expect(all("palette-action")).toHaveLength(1);
  expect(text(find("palette-action"))).toContain("L");
  expect(find("palette-input").getAttribute("aria-activedescendant")).toBe("palette-action-lock");
  expect(document.activeElement).toBe(find("palette-input"));
});

test("finds of every kind stand with their state in words; a long title stands in full", async () => {
  const { all, text, target } = await palette(view(), "key");
  expect(all("palette-hit")).toHaveLength(3);
  expect(text(all("palette-hit")[0]!)).toContain(LONG);
  expect(text(all("palette-hit")[0]!)).toContain("Answered");
  expect(target.querySelector('[role="status"]')?.textContent).toContain("4");
});

test("nothing found, not yet all here, and a failure are each told", async () => {
  const none = await palette(view({ hits: [], customers: [] }), "zz");
  expect(none.target.querySelector(".palette__none")).not.toBeNull();
  const some = await palette(view({ is_complete: false, next: "more" }), "key");
  const whole = await palette(view(), "key");
  const said = (one: typeof some) => one.target.querySelector(".palette__foot")!.textContent!.trim();
  expect(said(some)).toContain("+");
  expect(said(some).length).toBeGreaterThan(said(whole).length);
  expect((await palette(null, "key")).has("error-banner")).toBe(true);
});

test("the arrows go through the lines, Enter takes one, and a customer narrows the search", async () => {
  const { find, key, onchoose, search, all } = await palette(view(), "key");
  key(find("palette-input"), "ArrowDown");
  expect(all("palette-hit")[0]?.getAttribute("aria-selected")).toBe("true");
  key(find("palette-input"), "Enter");
  expect(onchoose).toHaveBeenCalledWith(expect.objectContaining({ kind: "hit" }));
  find("palette-customer").click();
  await vi.waitFor(() => expect(search.typed).toBe('customer:"Helen Marsh" '));
  expect(onchoose).toHaveBeenCalledOnce();
});

test("a filter is added to what is typed, and it closes by its button", async () => {
  const { press, search, onclose } = await palette(view(), "key");
  press("state:");
  expect(search.typed).toBe("key state:");
  press("Close");
  expect(onclose).toHaveBeenCalledOnce();
});

test("a long list shows at once what it has room for, and the rest when that is drawn", async () => {
  const actions = Array.from({ length: 40 }, (_, at) => ({ ...lock, id: `action-${at}` }));
  const search = new Search();
  new ScriptedDesk({ search_list: () => view() });
  await search.open(actions, "");
  const { all } = shown(Palette, { search, onclose: () => {}, onchoose: () => {} });
  expect(all("palette-action")).toHaveLength(16);
  await whole();
  expect(all("palette-action")).toHaveLength(40);
});
