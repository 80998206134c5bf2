import { expect, test } from "vitest";
import { indexOf, isHeading, lineAt, lineCount, missingPages, type Lines } from "./paged-lines";

type Row = { id: string };
const lines: Lines<"mine" | "open", Row> = {
  groups: [
    { kind: "mine", count: 2 },
    { kind: "open", count: 1_000 },
  ],
  known: new Map([
    [
      "mine",
      new Map([
        [0, { id: "a" }],
        [1, { id: "b" }],
      ]),
    ],
    ["open", new Map([[120, { id: "far" }]])],
  ]),
  idOf: ({ id }) => id,
};

test("each group has a heading, then its rows", () => {
  expect(lineCount(lines.groups)).toBe(1_004);
  expect(lineAt(lines, 0)).toMatchObject({ kind: "heading", group: "mine", count: 2 });
  expect(lineAt(lines, 2)).toMatchObject({ kind: "row", key: "b" });
  expect(lineAt(lines, 3)).toMatchObject({ kind: "heading", group: "open" });
  expect(lineAt(lines, 4)).toMatchObject({ kind: "row", group: "open", offset: 0, row: undefined });
  expect(lineAt(lines, 1_004)).toBeUndefined();
  const headings = Array.from({ length: 1_010 }, (_, index) => index - 2);
  expect(headings.filter((index) => isHeading(lines.groups, index))).toEqual([0, 3]);
});

test("a row is found wherever it is known", () => {
  expect(indexOf(lines, "a")).toBe(1);
  expect(indexOf(lines, "far")).toBe(124);
  expect(indexOf(lines, "elsewhere")).toBe(-1);
  expect(indexOf(lines, null)).toBe(-1);
});

test("only pages with unknown rows are asked for, each once", () => {
  expect(missingPages(lines, 0, 3, 100)).toEqual([]);
  expect(missingPages(lines, 100, 108, 100)).toEqual([
    { group: "open", offset: 0 },
    { group: "open", offset: 100 },
  ]);
});
