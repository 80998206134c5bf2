import { SvelteSet } from "svelte/reactivity";

/** Several rows of a list, chosen one by one or from one row to another. */
export class Selection {
  readonly ids = new SvelteSet<string>();
  #anchor: string | null = null;
  #end: string | null = null;

  /** `rows` gives the ids as they stand in the list. */
  constructor(private readonly rows: () => string[]) {}

  toggle(id: string) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.#anchor = this.#end = id;
  }

  /** Selects all, or none if all are. */
  toggleAll() {
    const rows = this.rows();
    const isAll = rows.every((id) => this.ids.has(id));
    this.clear();
    if (!isAll) for (const id of rows) this.ids.add(id);
  }

  /** Moves the end of the selected range by a step; the range begins at the row where it was begun, else at `from`. */
  extend(from: string | null, step: number): string | null {
    const rows = this.rows();
    const begin = rows.indexOf(this.#anchor ?? from ?? "");
    if (begin < 0) return null;
    const before = Math.max(rows.indexOf(this.#end ?? ""), -1);
    const end = Math.min(Math.max((before < 0 ? begin : before) + step, 0), rows.length - 1);
    // What the range held before and holds no more is given up.
    if (before >= 0) for (const id of range(rows, begin, before)) this.ids.delete(id);
    for (const id of range(rows, begin, end)) this.ids.add(id);
    this.#anchor = rows[begin] ?? null;
    this.#end = rows[end] ?? null;
    return this.#end;
  }

  /** Lets go of what is not in the list any more. */
  keepOnly() {
    const rows = this.rows();
    for (const id of [...this.ids]) if (!rows.includes(id)) this.ids.delete(id);
    if (this.#anchor !== null && !rows.includes(this.#anchor)) this.#anchor = this.#end = null;
  }

  clear() {
    this.ids.clear();
    this.#anchor = this.#end = null;
  }
}

const range = (rows: string[], one: number, other: number): string[] =>
  rows.slice(Math.min(one, other), Math.max(one, other) + 1);
