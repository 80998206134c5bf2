import { expect, test } from "vitest";
import { LONG, shown } from "../../shared/shown";
import RowsCard from "./RowsCard.svelte";
import { counts } from "./sample";

const card = (rows: { name: string; counts: ReturnType<typeof counts> }[], asTable = false) =>
  shown(RowsCard, { heading: "By kind", rows, asTable });

test("each row has its bar and its line in the table", () => {
  const { target, find, text } = card([
    { name: "Letters", counts: counts(3, 2) },
    { name: "Calls", counts: counts(0, 0) },
  ]);
  expect(target.querySelector("section")?.getAttribute("aria-label")).toBe("By kind");
  expect(target.querySelectorAll("svg .f-track")).toHaveLength(2);
  expect(text(find("insights-table"))).toContain("Letters");
  expect(text(find("insights-table"))).toContain("67");
});

test("a long name is cut in the chart alone; the table has it in full", () => {
  const { target, find } = card([{ name: LONG, counts: counts(1, 1) }]);
  expect(target.querySelector("svg text")?.textContent).toMatch(/…$/);
  expect(find("insights-table").textContent).toContain(LONG);
});

test("without rows nothing is drawn, and as a table it has no chart", () => {
  expect(card([]).target.querySelectorAll("rect")).toHaveLength(0);
  expect(card([{ name: "Letters", counts: counts(1, 1) }], true).target.querySelector("svg")).toBeNull();
});
