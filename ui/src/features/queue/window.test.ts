import { expect, test } from "vitest";
import type { QueueGroupKind, QueueRow, QueueView } from "../../bindings";
import { indexOf, lineAt, lineCount, missingPages, type Known } from "./window";

const view = {
  groups: [
    { kind: "locked_by_you", count: 2, rows: [] },
    { kind: "open", count: 1_000, rows: [] },
  ],
} as unknown as QueueView;
const row = (question_id: string) => ({ question_id }) as QueueRow;
const known: Known = new Map<QueueGroupKind, Map<number, QueueRow>>([
  [
    "locked_by_you",
    new Map([
      [0, row("a")],
      [1, row("b")],
    ]),
  ],
  ["open", new Map([[120, row("far")]])],
]);

test("each group has a heading, then its rows", () => {
  expect(lineCount(view)).toBe(1_004);
  expect(lineAt(view, known, 0)).toMatchObject({ kind: "heading", group: "locked_by_you", count: 2 });
  expect(lineAt(view, known, 2)).toMatchObject({ kind: "row", key: "b" });
  expect(lineAt(view, known, 3)).toMatchObject({ kind: "heading", group: "open" });
  expect(lineAt(view, known, 4)).toMatchObject({ kind: "row", group: "open", offset: 0, row: undefined });
  expect(lineAt(view, known, 1_004)).toBeUndefined();
});

test("a question is found wherever its row is known", () => {
  expect(indexOf(view, known, "a")).toBe(1);
  expect(indexOf(view, known, "far")).toBe(124);
  expect(indexOf(view, known, "elsewhere")).toBe(-1);
});

test("only pages with unknown rows are asked for, each once", () => {
  expect(missingPages(view, known, 0, 3, 100)).toEqual([]);
  expect(missingPages(view, known, 100, 108, 100)).toEqual([
    { group: "open", offset: 0 },
    { group: "open", offset: 100 },
  ]);
});
