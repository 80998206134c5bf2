// The lines of a long list in groups, of which only pages are here.

/** A group as its list gives it: how many rows it has, and the first of them. */
export interface Group<K extends string, R> {
  kind: K;
  count: number;
  rows: R[];
}

/** A line of the list: a group's heading, or the row at a place in a group; nothing when it is not here yet. */
export type Line<K extends string, R> =
  | { kind: "heading"; key: string; group: K; count: number }
  | { kind: "row"; key: string; group: K; offset: number; row: R | undefined };

/** Rows of one group from a place on. */
export interface Page<K extends string> {
  group: K;
  offset: number;
}

/** Which groups there are, which of their rows are here by their places, and what a row is known by. */
export interface Lines<K extends string, R> {
  groups: readonly { kind: K; count: number }[];
  known: ReadonlyMap<K, ReadonlyMap<number, R>>;
  idOf: (row: R) => string;
}

/** How many lines the list has. */
export const lineCount = (groups: readonly { count: number }[]): number =>
  groups.reduce((sum, group) => sum + 1 + group.count, 0);

/** Whether the line at an index is a heading. */
export function isHeading(groups: readonly { count: number }[], index: number): boolean {
  let first = 0;
  for (const { count } of groups) {
    if (index <= first) return index === first;
    first += 1 + count;
  }
  return false;
}

/** The line at an index, counted over headings and all rows, known or not. */
export function lineAt<K extends string, R>(
  { groups, known, idOf }: Lines<K, R>,
  index: number,
): Line<K, R> | undefined {
  let first = 0;
  for (const { kind, count } of groups) {
    if (index === first) return { kind: "heading", key: kind, group: kind, count };
    const offset = index - first - 1;
    if (offset < count) {
      const row = known.get(kind)?.get(offset);
      return { kind: "row", key: row ? idOf(row) : `${kind} ${offset}`, group: kind, offset, row };
    }
    first += 1 + count;
  }
  return undefined;
}

/** The index of the line that shows a row; -1 when it is not known. */
export function indexOf<K extends string, R>(
  { groups, known, idOf }: Lines<K, R>,
  id: string | null | undefined,
): number {
  let first = 0;
  for (const { kind, count } of groups) {
    for (const [offset, row] of known.get(kind) ?? []) if (idOf(row) === id) return first + 1 + offset;
    first += 1 + count;
  }
  return -1;
}

/** The pages of `size` rows that lines `from` to `to` need and that are not all known. */
export function missingPages<K extends string, R>(
  lines: Lines<K, R>,
  from: number,
  to: number,
  size: number,
): Page<K>[] {
  const pages = new Map<string, Page<K>>();
  for (let index = from; index <= to; index++) {
    const line = lineAt(lines, index);
    if (line?.kind !== "row" || line.row) continue;
    const offset = line.offset - (line.offset % size);
    pages.set(`${line.group} ${offset}`, { group: line.group, offset });
  }
  return [...pages.values()];
}
