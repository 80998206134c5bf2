import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { QueueView } from "../../bindings";
import { later, ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import Pane from "./Queue.svelte";
import { Queue } from "./queue.svelte";
import { ROW } from "./sample";

const counts = { all: 3, mine: 1, waiting: 2 };
const some: QueueView = {
  counts,
  groups: [
    { kind: "locked_by_you", count: 1, rows: [ROW] },
    {
      kind: "open",
      count: 2,
      rows: [
        { ...ROW, question_id: "q2" },
        { ...ROW, question_id: "q3" },
      ],
    },
  ],
};

beforeEach(() => {
  // jsdom lays nothing out: the list is as high as it says here.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(300);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function pane(queue: Queue, selected: string | null = null, onselect = vi.fn()) {
  return { onselect, ...shown(Pane, { queue, categories: ["Legal", "IT"], selected, onselect }) };
}

test("before the first answer lines stand for what comes, and nothing says that there is nothing", async () => {
  const slow = later<QueueView>();
  new ScriptedDesk({ queue_list: () => slow.promise });
  const queue = new Queue();
  const { target, has } = pane(queue);
  expect(target.querySelectorAll(".sk").length).toBeGreaterThan(2);
  expect(has("queue-row")).toBe(false);
  expect(target.querySelector(".empty")).toBeNull();
});

test("an empty queue says so and what will be here", async () => {
  new ScriptedDesk({ queue_list: () => ({ counts, groups: [] }) });
  const queue = new Queue();
  await queue.load();
  const { target } = pane(queue);
  expect(target.querySelector(".empty p + p")?.textContent).toBeTruthy();
});

test("groups stand with their counts, each line says its place, and the open question is marked", async () => {
  new ScriptedDesk({ queue_list: () => some });
  const queue = new Queue();
  await queue.load();
  const { target, all, onselect } = pane(queue, "q2");
  await vi.waitFor(() => expect(all("queue-row")).toHaveLength(3));
  expect([...target.querySelectorAll("h3 .num")].map((one) => one.textContent)).toEqual(["1", "2"]);
  expect([...target.querySelectorAll("li")].map((line) => line.getAttribute("aria-posinset"))).toEqual([
    "1",
    "2",
    "3",
    "4",
    "5",
  ]);
  expect(all("queue-row").map((row) => row.getAttribute("aria-current"))).toEqual([null, "true", null]);
  all("queue-row")[2]?.click();
  expect(onselect).toHaveBeenCalledWith("q3");
});

test("a filter and a search ask anew, and say which is chosen", async () => {
  const desk = new ScriptedDesk({ queue_list: () => some });
  const queue = new Queue();
  await queue.load();
  const { find, press, write } = pane(queue);
  press("queue-filter-mine");
  await vi.waitFor(() => expect(desk.last("queue_list")).toMatchObject({ filter: "mine" }));
  expect(find("queue-filter-mine").getAttribute("aria-pressed")).toBe("true");
  write("queue-search", "domain");
  await vi.waitFor(() => expect(desk.last("queue_list")).toMatchObject({ search: "domain" }));
  flushSync();
});
