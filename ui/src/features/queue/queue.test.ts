import { afterEach, expect, test, vi } from "vitest";
import type { QueueRow, QueueView } from "../../bindings";
import { later, ScriptedDesk } from "../../host/scripted-desk";
import { Queue } from "./queue.svelte";

const rows = (ids: string[]) => ids.map((question_id) => ({ question_id }) as QueueRow);
const KINDS = ["locked_by_you", "open"] as const;
const view = (...groups: string[][]) =>
  ({
    groups: groups.map((ids, index) => ({ kind: KINDS[index], count: ids.length, rows: rows(ids) })),
  }) as QueueView;
const shown = (queue: Queue) =>
  Array.from({ length: queue.lines.count }, (_, index) => queue.lines.line(index)).flatMap((line) =>
    line?.kind === "row" ? [line.row?.question_id] : [],
  );

afterEach(() => vi.unstubAllGlobals());

test("a slow answer to an earlier search does not win over a later one", async () => {
  const slow = later<QueueView>();
  new ScriptedDesk({ queue_list: ({ search }) => (search === "k" ? slow.promise : view(["keys"])) });
  const queue = new Queue();
  queue.search = "k";
  const first = queue.load();
  queue.search = "keys";
  await queue.load();
  slow.give(view(["kitchen"], ["keys"]));
  await first;
  expect(shown(queue)).toEqual(["keys"]);
});

test("moving goes across groups, stops at both ends, and begins at the first", async () => {
  new ScriptedDesk({ queue_list: () => view(["a", "b"], ["c"]) });
  const queue = new Queue();
  expect(await queue.lines.neighbour(null, 1)).toBeNull();
  await queue.load();
  expect(await queue.lines.neighbour(null, 1)).toBe("a");
  expect(await queue.lines.neighbour("b", 1)).toBe("c");
  expect(await queue.lines.neighbour("c", 1)).toBe("c");
  expect(await queue.lines.neighbour("a", -1)).toBe("a");
  expect(await queue.lines.neighbour("gone", 1)).toBe("a");
});

/** A desk with so many open questions. */
const long = (count: number) => {
  const page = (offset: number, limit: number) =>
    rows(
      Array.from(
        { length: Math.max(0, Math.min(limit, count - offset)) },
        (_, index) => `q${offset + index}`,
      ),
    );
  return new ScriptedDesk({
    queue_list: ({ limit }) => ({ groups: [{ kind: "open", count, rows: page(0, limit) }] }),
    queue_page: ({ offset, limit }) => ({ count, rows: page(offset, limit) }),
  });
};

test("of a long list only what is in sight is fetched, and once", async () => {
  const desk = long(100_000);
  const queue = new Queue();
  await queue.load();
  expect(queue.lines.count).toBe(100_001);
  await queue.lines.show(70_001, 70_019);
  await queue.lines.show(70_002, 70_018);
  expect(desk.count("queue_page")).toBe(1);
  expect(queue.lines.line(70_001)).toMatchObject({ row: { question_id: "q70000" } });
  expect(queue.lines.line(50_000)).toMatchObject({ row: undefined });
});

test("news are fetched for what is in sight, wherever that is", async () => {
  const desk = long(100_000);
  const queue = new Queue();
  await queue.load();
  await queue.lines.show(70_001, 70_020);
  desk.answers.queue_page = ({ offset }) => ({ count: 100_000, rows: rows([`new ${offset}`]) });
  await queue.load();
  expect(queue.lines.line(69_961)).toMatchObject({ row: { question_id: "new 69960" } });
});

test("moving on fetches the next row when it is not here yet", async () => {
  long(100);
  const queue = new Queue();
  await queue.load();
  expect(await queue.lines.neighbour("q59", 1)).toBe("q60");
  expect(await queue.lines.neighbour("q60", -1)).toBe("q59");
});
