// Where the bars of the charts stand: numbers only, drawn by the components.
import type { InsightsCounts, InsightsMonth } from "../../bindings";

/** One group of offers, under the name that is shown. */
export interface Row {
  name: string;
  counts: InsightsCounts;
}

/** A bar of a row: how long all that was sent is, and what of it was accepted. */
export interface RowBar {
  row: Row;
  y: number;
  sent: number;
  accepted: number;
}

export const ROW_HEIGHT = 38;

/** Bars that share a scale: the row with the most offers is as wide as there is room. */
export function rowBars(rows: Row[], width: number): RowBar[] {
  const most = Math.max(1, ...rows.map(({ counts }) => counts.sent));
  const long = (count: number) => (width * count) / most;
  return rows.map((row, index) => ({
    row,
    y: index * ROW_HEIGHT,
    sent: long(row.counts.sent),
    accepted: long(row.counts.accepted),
  }));
}

/** The columns of a month. */
export interface MonthBar {
  month: InsightsMonth;
  x: number;
  width: number;
  accepted: number;
  completed: number;
}

/** As many months as can be told apart; the table has them all. */
export const MONTHS_DRAWN = 24;

/** Columns of the latest months; the highest is as high as there is room. */
export function monthBars(months: InsightsMonth[], width: number, height: number): MonthBar[] {
  const drawn = months.slice(-MONTHS_DRAWN);
  const most = Math.max(1, ...drawn.flatMap(({ accepted, completed }) => [accepted.minor, completed.minor]));
  const room = width / Math.max(1, drawn.length);
  const column = Math.min(22, room * 0.36);
  return drawn.map((month, index) => ({
    month,
    x: (index + 0.5) * room - column,
    width: column,
    accepted: (height * month.accepted.minor) / most,
    completed: (height * month.completed.minor) / most,
  }));
}

/** Every which month has its name under it, so that names do not run into each other. */
export function labelEvery(count: number, width: number): number {
  return Math.max(1, Math.ceil((Math.min(count, MONTHS_DRAWN) * 44) / Math.max(1, width)));
}
