import { SvelteMap } from "svelte/reactivity";
import type { QueueFilter, QueueGroupKind, QueueRow, QueueView } from "../../bindings";
import { request } from "../../host";
import { indexOf, lineAt, lineCount, missingPages, type Line } from "./window";

/** Rows of one answer. */
const PAGE = 60;

/** The queue as it is shown: the window of it that is in sight, however long it is. */
export class Queue {
  view = $state<QueueView | null>(null);
  filter = $state<QueueFilter>("all");
  search = $state("");

  #known = new SvelteMap<QueueGroupKind, SvelteMap<number, QueueRow>>();
  /** The lines in sight. */
  #from = 0;
  #to = 0;
  /** Answers to what was asked before the last load must not win. */
  #load = 0;
  #asked: Record<string, boolean> = {};

  readonly count: number = $derived(lineCount(this.view));

  /** The line at an index. */
  line(index: number): Line | undefined {
    return this.view ? lineAt(this.view, this.#known, index) : undefined;
  }

  /** The index of the line that shows a question; -1 when it is not known. */
  indexOf(questionId: string | null): number {
    return this.view ? indexOf(this.view, this.#known, questionId) : -1;
  }

  /** Asks for everything in sight anew. */
  async load() {
    const mine = ++this.#load;
    const [filter, search] = [this.filter, this.search];
    const view = await request("queue_list", { filter, search, limit: PAGE });
    if (mine !== this.#load) return;
    const known = new SvelteMap(
      view.groups.map(({ kind, rows }) => [kind, new SvelteMap(rows.map((row, offset) => [offset, row]))]),
    );
    const pages = missingPages(view, known, this.#from, this.#to, PAGE);
    const more = await Promise.all(
      pages.map(async (page) => ({
        page,
        ...(await request("queue_page", { filter, search, ...page, limit: PAGE })),
      })),
    );
    if (mine !== this.#load) return;
    // All at once, so that no row in sight is missing for a moment.
    this.#asked = {};
    this.#known.clear();
    for (const [kind, rows] of known) this.#known.set(kind, rows);
    for (const { page, rows } of more) this.#note(page.group, page.offset, rows);
    this.view = view;
  }

  /** These lines are in sight now; what of them is unknown is asked for. */
  async show(from: number, to: number) {
    this.#from = from;
    this.#to = to;
    const view = this.view;
    if (!view) return;
    await Promise.all(
      missingPages(view, this.#known, from, to, PAGE).map(({ group, offset }) => this.#fetch(group, offset)),
    );
  }

  async #fetch(group: QueueGroupKind, offset: number) {
    const name = `${group} ${offset}`;
    if (this.#asked[name]) return;
    this.#asked[name] = true;
    const mine = this.#load;
    const asked = { filter: this.filter, search: this.search, group, offset, limit: PAGE };
    const { rows } = await request("queue_page", asked);
    if (mine === this.#load) this.#note(group, offset, rows);
  }

  #note(group: QueueGroupKind, offset: number, rows: QueueRow[]) {
    const known = this.#known.get(group) ?? new SvelteMap<number, QueueRow>();
    rows.forEach((row, index) => known.set(offset + index, row));
    this.#known.set(group, known);
  }

  /** The question `step` rows further than `from`, or the first; its row is fetched if need be. */
  async neighbour(from: string | null, step: number): Promise<string | null> {
    const at = this.indexOf(from);
    let index = at < 0 ? 0 : at + step;
    const way = at < 0 ? 1 : Math.sign(step);
    while (index >= 0 && index < this.count) {
      let line = this.line(index);
      if (line?.kind === "row") {
        if (!line.row) {
          await this.#fetch(line.group, line.offset - (line.offset % PAGE));
          line = this.line(index);
        }
        if (line?.kind === "row" && line.row) return line.row.question_id;
        return from;
      }
      index += way;
    }
    return at < 0 ? null : from;
  }
}
