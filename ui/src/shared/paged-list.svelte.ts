import { SvelteMap } from "svelte/reactivity";
import {
  indexOf,
  isHeading,
  lineAt,
  lineCount,
  missingPages,
  type Group,
  type Line,
  type Lines,
  type Page,
} from "./paged-lines";

/** Rows of one answer. */
export const PAGE = 60;

type Fetch<K extends string, R> = (page: Page<K> & { limit: number }) => Promise<R[]>;

/** A long list in groups: the pages of it that are in sight, however long it is. */
export class PagedList<K extends string, R> {
  #groups = $state.raw<{ kind: K; count: number }[]>([]);
  #known = new SvelteMap<K, SvelteMap<number, R>>();
  /** Gives a page of the list that is shown. */
  #fetchRows: Fetch<K, R> = () => Promise.resolve([]);
  /** The lines in sight. */
  #from = 0;
  #to = 0;
  /** Answers to what was asked of the list before must not win. */
  #shown = 0;
  #asked: Record<string, boolean> = {};

  /** How many lines it has, headings among them. */
  readonly count: number = $derived(lineCount(this.#groups));
  /** How many rows it has. */
  readonly rowCount: number = $derived(this.#groups.reduce((sum, { count }) => sum + count, 0));

  /** `idOf` gives what a row is known by. */
  constructor(private readonly idOf: (row: R) => string) {}

  get #lines(): Lines<K, R> {
    return { groups: this.#groups, known: this.#known, idOf: this.idOf };
  }

  /** The line at an index. */
  line(index: number): Line<K, R> | undefined {
    return lineAt(this.#lines, index);
  }

  /** Whether the line at an index is a heading: known of all lines, whatever rows are here. */
  isHeading(index: number): boolean {
    return isHeading(this.#groups, index);
  }

  /** The index of the line that shows a row; -1 when it is not known. */
  indexOf(id: string | null | undefined): number {
    return indexOf(this.#lines, id);
  }

  /**
   * Fetches what a new list needs of what is in sight, and of the pages that `held` rows were on; then it can be shown,
   * all at once, so that no row in sight is missing for a moment.
   */
  async prepare(
    groups: Group<K, R>[],
    fetchRows: Fetch<K, R>,
    held: (string | null | undefined)[] = [],
  ): Promise<() => void> {
    const known = new SvelteMap(
      groups.map(({ kind, rows }) => [kind, new SvelteMap(rows.map((row, offset) => [offset, row]))]),
    );
    const lines: Lines<K, R> = { groups, known, idOf: this.idOf };
    const heldAt = held.map((id) => this.indexOf(id)).filter((index) => index >= 0);
    const ranges = [[this.#from, this.#to] as const, ...heldAt.map((index) => [index, index] as const)];
    const pages = ranges.flatMap(([from, to]) => missingPages(lines, from, to, PAGE));
    const more = await Promise.all(
      pages.map(async (page) => ({ page, rows: await fetchRows({ ...page, limit: PAGE }) })),
    );
    return () => {
      this.#shown++;
      this.#asked = {};
      this.#fetchRows = fetchRows;
      this.#known.clear();
      for (const [kind, rows] of known) this.#known.set(kind, rows);
      for (const { page, rows } of more) this.#note(page, rows);
      this.#groups = groups.map(({ kind, count }) => ({ kind, count }));
    };
  }

  /** These lines are in sight now; what of them is unknown is asked for. */
  async show(from: number, to: number) {
    this.#from = from;
    this.#to = to;
    await Promise.all(missingPages(this.#lines, from, to, PAGE).map((page) => this.#fetch(page)));
  }

  async #fetch(page: Page<K>) {
    const name = `${page.group} ${page.offset}`;
    if (this.#asked[name]) return;
    this.#asked[name] = true;
    const mine = this.#shown;
    const rows = await this.#fetchRows({ ...page, limit: PAGE });
    if (mine === this.#shown) this.#note(page, rows);
  }

  #note({ group, offset }: Page<K>, rows: R[]) {
    const known = this.#known.get(group) ?? new SvelteMap<number, R>();
    rows.forEach((row, index) => known.set(offset + index, row));
    this.#known.set(group, known);
  }

  /** The row `step` rows further than `from`, the same at the ends, or the first; fetched if need be. */
  async neighbour(from: string | null, step: number): Promise<string | null> {
    return this.indexOf(from) < 0 ? this.#walk(0, 1, null) : this.beside(from, step);
  }

  /** The row `step` rows further than `from`, or the same at the ends; nothing if `from` is not known. */
  async beside(from: string | null, step: number): Promise<string | null> {
    const at = this.indexOf(from);
    return at < 0 ? null : this.#walk(at + step, Math.sign(step), from);
  }

  /** The first row from an index on; `otherwise` if there is none. */
  async #walk(index: number, way: number, otherwise: string | null): Promise<string | null> {
    for (; index >= 0 && index < this.count; index += way) {
      let line = this.line(index);
      if (line?.kind !== "row") continue;
      if (!line.row) {
        await this.#fetch({ group: line.group, offset: line.offset - (line.offset % PAGE) });
        line = this.line(index);
      }
      return line?.kind === "row" && line.row ? this.idOf(line.row) : otherwise;
    }
    return otherwise;
  }
}
