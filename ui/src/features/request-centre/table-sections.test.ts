import { expect, test } from "vitest";
import type { Line } from "../../shared/paged-lines";
import { sectionsOf } from "./table-sections";

type Row = { id: string };
const heading = (group: "awaiting" | "held"): Line<"awaiting" | "held", Row> => ({
  kind: "heading",
  key: group,
  group,
  count: 2,
});
const row = (group: "awaiting" | "held", id: string): Line<"awaiting" | "held", Row> => ({
  kind: "row",
  key: id,
  group,
  offset: 0,
  row: { id },
});
const lines = [
  heading("awaiting"),
  row("awaiting", "a"),
  row("awaiting", "b"),
  heading("held"),
  row("held", "c"),
];
const at = (...indexes: number[]) =>
  indexes.map((index) => ({ index, start: 30 + index * 50, end: 80 + index * 50 }));

test("lines stand under their groups", () => {
  const sections = sectionsOf(at(0, 1, 2, 3, 4), (index) => lines[index], 30);
  expect(sections.map(({ group, lines }) => [group, lines.map(({ key }) => key)])).toEqual([
    ["awaiting", ["awaiting", "a", "b"]],
    ["held", ["held", "c"]],
  ]);
  expect(sections.flatMap(({ lines }) => lines.map(({ gap }) => gap))).toEqual([0, 0, 0, 0, 0]);
});

test("what is left out keeps its room, also between lines", () => {
  const sections = sectionsOf(at(1, 4), (index) => lines[index], 30);
  expect(sections.flatMap(({ lines }) => lines.map(({ gap }) => gap))).toEqual([50, 100]);
});

test("a row that is here twice has two keys, and a line that is not there none", () => {
  const twice = [row("held", "c"), row("held", "c")];
  const sections = sectionsOf(at(0, 1, 2), (index) => twice[index], 30);
  expect(sections.flatMap(({ lines }) => lines.map(({ key }) => key))).toEqual(["c", "c 1"]);
});
