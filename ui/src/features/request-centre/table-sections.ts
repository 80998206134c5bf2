// The lines of a long table that are in the page, by their groups, and the room that the others take.
import type { Line } from "../../shared/paged-lines";

/** Where a line stands, in pixels. */
export interface Place {
  index: number;
  start: number;
  end: number;
}

/** A line in the page, and the room of those left out before it. */
export interface PlacedLine<K extends string, R> {
  key: string;
  index: number;
  gap: number;
  line: Line<K, R>;
}

/** Lines of one group. */
export interface Section<K extends string, R> {
  group: K;
  lines: PlacedLine<K, R>[];
}

/** `head` is how high the table's head is, where the first line begins. */
export function sectionsOf<K extends string, R>(
  places: Place[],
  lineAt: (index: number) => Line<K, R> | undefined,
  head: number,
): Section<K, R>[] {
  const sections: Section<K, R>[] = [];
  const keys = new Set<string>();
  let end = head;
  for (const place of places) {
    const line = lineAt(place.index);
    if (!line) continue;
    if (sections.at(-1)?.group !== line.group) sections.push({ group: line.group, lines: [] });
    // A row that moved between two answers may be here twice for a moment.
    const key = keys.has(line.key) ? `${line.key} ${place.index}` : line.key;
    keys.add(key);
    sections.at(-1)?.lines.push({ key, index: place.index, gap: Math.max(0, place.start - end), line });
    end = place.end;
  }
  return sections;
}
