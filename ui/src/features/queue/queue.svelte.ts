import type { QueueFilter, QueueGroupKind, QueueRow, QueueView } from "../../bindings";
import { request } from "../../host";
import { PAGE, PagedList } from "../../shared/paged-list.svelte";

/** The queue as it is shown: the window of it that is in sight, however long it is. */
export class Queue {
  view = $state<QueueView | null>(null);
  filter = $state<QueueFilter>("all");
  search = $state("");
  readonly lines = new PagedList<QueueGroupKind, QueueRow>((row) => row.question_id);
  /** Answers to what was asked before the last load must not win. */
  #load = 0;

  /** Asks for everything in sight anew. */
  async load() {
    const mine = ++this.#load;
    const asked = { filter: this.filter, search: this.search };
    const view = await request("queue_list", { ...asked, limit: PAGE });
    if (mine !== this.#load) return;
    const show = await this.lines.prepare(view.groups, async (page) => {
      const { rows } = await request("queue_page", { ...asked, ...page });
      return rows;
    });
    if (mine !== this.#load) return;
    show();
    this.view = view;
  }
}
