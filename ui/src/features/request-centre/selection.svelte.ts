import { SvelteSet } from "svelte/reactivity";

/**
 * Several rows of a list of which only a part is here: chosen one by one, from one row to another, or all but some.
 */
export class Selection {
  /** Whether all are selected but those that were given up. */
  isAll = $state(false);
  /** Those selected, or given up when all were. */
  readonly ids = new SvelteSet<string>();
  /** A range, from the row where it was begun to its end. */
  #range = $state.raw<string[]>([]);
  #way = 0;

  /** The row where the range ends. */
  get end(): string | null {
    return this.#range.at(-1) ?? null;
  }

  has(id: string): boolean {
    return this.isAll !== this.ids.has(id);
  }

  /** How many of so many rows are selected. */
  count(of: number): number {
    return this.isAll ? Math.max(0, of - this.ids.size) : this.ids.size;
  }

  toggle(id: string) {
    this.#set(id, !this.has(id));
    this.#range = [id];
  }

  /** Selects all of so many rows, or none if all are. */
  toggleAll(of: number) {
    const wasAll = this.count(of) === of;
    this.clear();
    this.isAll = !wasAll;
  }

  /**
   * Moves the end of the range by a step; the range begins at the row where it was begun, else at `from`. `beside` gives
   * the row beside another, the same at the ends, and nothing for one that is not in the list.
   */
  async extend(
    from: string | null,
    step: 1 | -1,
    beside: (id: string, step: number) => Promise<string | null>,
  ): Promise<string | null> {
    const end = this.end ?? from;
    if (end === null) return null;
    const before = this.#range.at(-2);
    if (before !== undefined && step === -this.#way) {
      // What the range held and holds no more is given up.
      this.#set(end, false);
      this.#range = this.#range.slice(0, -1);
      return before;
    }
    const next = await beside(end, step);
    if (next === null) return null;
    if (this.#range.length === 0) this.#set(end, true);
    const begun = this.#range.length === 0 ? [end] : this.#range;
    this.#range = next === end ? begun : [...begun, next];
    this.#set(next, true);
    this.#way = step;
    return next;
  }

  /** Lets go of those of the `asked` rows that are not `found` in the list any more. */
  keepOnly(asked: string[], found: string[]) {
    const gone = asked.filter((id) => !found.includes(id));
    for (const id of gone) this.ids.delete(id);
    if (this.#range.some((id) => gone.includes(id))) this.#range = [];
  }

  clear() {
    this.isAll = false;
    this.ids.clear();
    this.#range = [];
  }

  #set(id: string, isSelected: boolean) {
    if (this.isAll === isSelected) this.ids.delete(id);
    else this.ids.add(id);
  }
}
