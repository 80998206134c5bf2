import type { QueueFilter, QueueRow, QueueView } from "../../bindings";
import { request } from "../../host";

/** How many rows of each group are shown; searching reaches the rest. */
const LIMIT = 200;

/** The queue as it is shown. */
export class Queue {
  view = $state<QueueView | null>(null);
  filter = $state<QueueFilter>("all");
  search = $state("");

  readonly rows: QueueRow[] = $derived(this.view?.groups.flatMap((group) => group.rows) ?? []);
  #latest = 0;

  async load() {
    const mine = ++this.#latest;
    const view = await request("queue_list", { filter: this.filter, search: this.search, limit: LIMIT });
    // A slower answer to an older question must not win.
    if (mine === this.#latest) this.view = view;
  }

  /** The question `step` rows further than `from`, or the first. */
  neighbour(from: string | null, step: number): string | null {
    const at = this.rows.findIndex((row) => row.question_id === from);
    const next = at < 0 ? this.rows[0] : this.rows[Math.min(Math.max(at + step, 0), this.rows.length - 1)];
    return next?.question_id ?? null;
  }
}
