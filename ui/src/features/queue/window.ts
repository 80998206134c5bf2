import type { QueueGroupKind, QueueRow, QueueView } from "../../bindings";

/** A line of the list: a group's heading, or the row at a place in a group; nothing when it is not here yet. */
export type Line =
  | { kind: "heading"; key: string; group: QueueGroupKind; count: number }
  | { kind: "row"; key: string; group: QueueGroupKind; offset: number; row: QueueRow | undefined };

/** Rows of one group that were fetched, by their places. */
export type Known = ReadonlyMap<QueueGroupKind, ReadonlyMap<number, QueueRow>>;

/** How many lines the list has. */
export const lineCount = (view: QueueView | null): number =>
  view?.groups.reduce((sum, group) => sum + 1 + group.count, 0) ?? 0;

/** The line at an index, counted over headings and all rows, known or not. */
export function lineAt(view: QueueView, known: Known, index: number): Line | undefined {
  let first = 0;
  for (const { kind, count } of view.groups) {
    if (index === first) return { kind: "heading", key: kind, group: kind, count };
    const offset = index - first - 1;
    if (offset < count) {
      const row = known.get(kind)?.get(offset);
      return { kind: "row", key: row?.question_id ?? `${kind} ${offset}`, group: kind, offset, row };
    }
    first += 1 + count;
  }
  return undefined;
}

/** The index of the line that shows a question; -1 when its row is not known. */
export function indexOf(view: QueueView, known: Known, questionId: string | null): number {
  let first = 0;
  for (const { kind, count } of view.groups) {
    for (const [offset, row] of known.get(kind) ?? [])
      if (row.question_id === questionId) return first + 1 + offset;
    first += 1 + count;
  }
  return -1;
}

/** The pages of `size` rows that lines `from` to `to` need and that are not all known. */
export function missingPages(
  view: QueueView,
  known: Known,
  from: number,
  to: number,
  size: number,
): { group: QueueGroupKind; offset: number }[] {
  const pages = new Map<string, { group: QueueGroupKind; offset: number }>();
  for (let index = from; index <= to; index++) {
    const line = lineAt(view, known, index);
    if (line?.kind !== "row" || line.row) continue;
    const offset = line.offset - (line.offset % size);
    pages.set(`${line.group} ${offset}`, { group: line.group, offset });
  }
  return [...pages.values()];
}
