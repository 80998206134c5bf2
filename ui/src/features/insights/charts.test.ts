import { expect, test } from "vitest";
import type { InsightsAmount, InsightsMonth } from "../../bindings";
import { labelEvery, monthBars, MONTHS_DRAWN, rowBars } from "./charts";

const row = (name: string, sent: number, accepted: number) => ({
  name,
  counts: { sent, viewed: sent, accepted, accepted_percent: null },
});
const amount = (minor: number): InsightsAmount => ({ minor, text: "", net_minor: 0, net_text: "" });
const month = (name: string, accepted: number, completed: number): InsightsMonth => ({
  month: name,
  accepted: amount(accepted),
  completed: amount(completed),
});

test("rows share a scale, and the longest has all the room", () => {
  const bars = rowBars([row("Letters", 4, 1), row("Calls", 2, 2)], 200);
  expect(bars.map(({ sent, accepted }) => [sent, accepted])).toEqual([
    [200, 50],
    [100, 100],
  ]);
});

test("rows without an offer draw nothing, not everything", () => {
  expect(rowBars([row("None", 0, 0)], 200)[0]).toMatchObject({ sent: 0, accepted: 0 });
});

test("columns share a scale and stand apart", () => {
  const bars = monthBars([month("2026-10", 5000, 0), month("2026-11", 2500, 5000)], 200, 100);
  expect(bars.map(({ accepted, completed }) => [accepted, completed])).toEqual([
    [100, 0],
    [50, 100],
  ]);
  const [first, second] = bars;
  expect((first?.x ?? 0) + 2 * (first?.width ?? 0)).toBeLessThan(second?.x ?? 0);
});

test("of many months the latest are drawn, and not all are named", () => {
  const months = Array.from({ length: 60 }, (_, index) => month(`m${index}`, 1, 1));
  const bars = monthBars(months, 480, 100);
  expect(bars).toHaveLength(MONTHS_DRAWN);
  expect(bars.at(-1)?.month.month).toBe("m59");
  expect(labelEvery(60, 480)).toBe(3);
  expect(labelEvery(4, 480)).toBe(1);
});
