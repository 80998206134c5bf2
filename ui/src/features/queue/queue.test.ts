import { afterEach, expect, test, vi } from "vitest";
import type { QueueView } from "../../bindings";
import { later, ScriptedDesk } from "../../host/scripted-desk";
import { Queue } from "./queue.svelte";

const view = (...groups: string[][]) =>
  ({ groups: groups.map((ids) => ({ rows: ids.map((question_id) => ({ question_id })) })) }) as QueueView;

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
  expect(queue.rows.map((row) => row.question_id)).toEqual(["keys"]);
});

test("moving goes across groups, stops at both ends, and begins at the first", async () => {
  new ScriptedDesk({ queue_list: () => view(["a", "b"], ["c"]) });
  const queue = new Queue();
  expect(queue.neighbour(null, 1)).toBeNull();
  await queue.load();
  expect(queue.neighbour(null, 1)).toBe("a");
  expect(queue.neighbour("b", 1)).toBe("c");
  expect(queue.neighbour("c", 1)).toBe("c");
  expect(queue.neighbour("a", -1)).toBe("a");
  expect(queue.neighbour("gone", 1)).toBe("a");
});
