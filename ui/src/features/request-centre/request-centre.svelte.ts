import type {
  ApiError,
  OfferGroupKind,
  OfferRow,
  OfferSelection,
  OfferView,
  RequestCentreView,
  RequestFilter,
  RequestView,
} from "../../bindings";
import { asApiError, request } from "../../host";
import { PAGE, PagedList } from "../../shared/paged-list.svelte";
import { Delivery } from "./delivery.svelte";
import { Selection } from "./selection.svelte";

/** A filter that narrows nothing. */
export const NO_FILTER: RequestFilter = {
  kind: null,
  state: null,
  category_id: null,
  currency: null,
  min_text: "",
  max_text: "",
  age: null,
};

/** What is written or asked about the offer that is shown, before anything happens. */
export type Asks = "deliver" | "cancel" | "start" | "withdraw" | "remind";

/** The Request Centre: a view of the offers, and one of them in full. */
export class RequestCentre {
  view = $state<RequestCentreView | null>(null);
  shows = $state<RequestView>("all_open");
  search = $state("");
  filter = $state<RequestFilter>({ ...NO_FILTER });
  /** What is wrong with the filter; the list stays as it was. */
  filterError = $state<ApiError | null>(null);
  offer = $state<OfferView | null>(null);
  error = $state<ApiError | null>(null);
  isBusy = $state(false);
  asks = $state<Asks | null>(null);
  /** How many offers were just marked as read. */
  markedCount = $state<number | null>(null);

  readonly lines = new PagedList<OfferGroupKind, OfferRow>((row) => row.offer_id);
  readonly selection = new Selection();
  readonly delivery = new Delivery({
    offerId: () => this.offer?.offer_id ?? null,
    attempt: (work) => this.#attempt(work),
    tell: (error) => (this.error = error),
  });
  readonly selectedCount: number = $derived(this.selection.count(this.lines.rowCount));
  readonly isFiltered: boolean = $derived(
    Object.entries(NO_FILTER).some(([name, none]) => this.filter[name as keyof RequestFilter] !== none),
  );
  #latest = 0;
  /** What the list was narrowed to when it was last asked for. */
  #narrowing = "";

  /** Asks for everything in sight anew. */
  async load() {
    const mine = ++this.#latest;
    const asked = { search: this.search, filter: { ...this.filter } };
    const narrowing = JSON.stringify([this.shows, asked]);
    // All that was shown is not all that is shown now.
    if (this.selection.isAll && narrowing !== this.#narrowing) this.selection.clear();
    this.#narrowing = narrowing;
    const selected_ids = [...this.selection.ids];
    try {
      const view = await request("request_centre_list", {
        ...asked,
        view: this.shows,
        limit: PAGE,
        selected_ids,
      });
      if (mine !== this.#latest) return;
      const show = await this.lines.prepare(
        view.groups,
        async (page) => (await request("request_centre_page", { ...asked, ...page })).rows,
        [this.offer?.offer_id, this.selection.end],
      );
      if (mine !== this.#latest) return;
      show();
      this.view = view;
      this.filterError = null;
      this.selection.keepOnly(selected_ids, view.selected_ids);
    } catch (error) {
      if (mine === this.#latest) this.filterError = asApiError(error);
    }
  }

  async choose(view: RequestView) {
    this.shows = view;
    await this.load();
  }

  async narrow(change: Partial<RequestFilter>) {
    this.filter = { ...this.filter, ...change };
    await this.load();
  }

  async clearFilter() {
    this.filter = { ...NO_FILTER };
    await this.load();
  }

  async open(offerId: string) {
    // What is being written on the one before is kept first.
    if (this.delivery.isDirty) await this.delivery.save();
    await this.#attempt(async () => {
      const offer = await request("offer_show", { offer_id: offerId });
      if (this.offer?.offer_id !== offerId) this.delivery.adopt(offer);
      this.offer = offer;
      await this.load();
    });
  }

  async refresh() {
    await this.load();
    if (this.offer) await this.open(this.offer.offer_id);
  }

  /** The offer so many rows further than the one that is shown, or the first. */
  neighbour(step: number): Promise<string | null> {
    return this.lines.neighbour(this.offer?.offer_id ?? null, step);
  }

  /** Selects the offer that is shown, or not any more. */
  toggleShown() {
    if (this.offer) this.selection.toggle(this.offer.offer_id);
  }

  /** Selects one row further, from the offer that is shown on; gives that row. */
  extendSelection(step: 1 | -1): Promise<string | null> {
    const beside = (id: string, by: number) => this.lines.beside(id, by);
    return this.selection.extend(this.offer?.offer_id ?? null, step, beside);
  }

  /** Selects all that the view shows, or none if all are. */
  toggleAll() {
    this.selection.toggleAll(this.lines.rowCount);
  }

  get #selected(): OfferSelection {
    const offer_ids = [...this.selection.ids];
    if (!this.selection.isAll) return { kind: "these", offer_ids };
    return { kind: "all_but", view: this.shows, search: this.search, filter: { ...this.filter }, offer_ids };
  }

  async markRead() {
    if (this.selectedCount === 0) return;
    await this.#attempt(async () => {
      const { marked_count } = await request("request_centre_mark_read", { offers: this.#selected });
      this.markedCount = marked_count;
      this.selection.clear();
      await this.load();
    });
  }

  start = () => this.#act((id) => request("offer_start", { offer_id: id }));
  withdraw = () => this.#act((id) => request("offer_withdraw", { offer_id: id }));
  remind = () => this.#act((id) => request("offer_remind", { offer_id: id }));
  cancel = (reason: string) => this.#act((id) => request("offer_cancel", { offer_id: id, reason }));

  /** Does what was asked about, once it is confirmed. */
  async confirm() {
    const { asks } = this;
    if (asks === "start") await this.start();
    else if (asks === "withdraw") await this.withdraw();
    else if (asks === "remind") await this.remind();
    else return;
    if (!this.error) this.asks = null;
  }

  /** Delivers what is written, once it is kept. */
  async deliver() {
    await this.delivery.save();
    if (this.error) return;
    await this.#act((id) => request("offer_deliver", { offer_id: id }));
  }

  /** Shows what is left of an offer of which something was taken out of the outbox. */
  async reopen(offerId: string) {
    try {
      const offer = await request("offer_show", { offer_id: offerId });
      this.delivery.adopt(offer);
      this.offer = offer;
    } catch {
      // It was only in the outbox.
      if (this.offer?.offer_id === offerId) this.offer = null;
    }
    await this.load();
  }

  /** Sends a request for help again, or throws it away. */
  async supportOutbox(action: "retry" | "discard", commandId: string) {
    await this.#attempt(async () => {
      await request(action === "retry" ? "outbox_retry" : "outbox_discard", { command_id: commandId });
      await this.load();
    });
  }

  async #act(act: (id: string) => Promise<OfferView>) {
    const id = this.offer?.offer_id;
    if (!id) return;
    await this.#attempt(async () => {
      this.offer = await act(id);
      await this.load();
    });
  }

  async #attempt(work: () => Promise<void>) {
    this.isBusy = true;
    try {
      await work();
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.isBusy = false;
    }
  }
}
