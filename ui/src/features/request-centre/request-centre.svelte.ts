import type {
  ApiError,
  DraftAttachment,
  OfferRow,
  OfferView,
  RequestCentreView,
  RequestFilter,
  RequestView,
} from "../../bindings";
import { asApiError, request } from "../../host";
import { base64 } from "../../shared/base64";
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

/** How long typing pauses before a delivery is kept, in milliseconds. */
const PAUSE = 400;

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
  /** The delivery being written. */
  message = $state("");
  isCallOutcome = $state(false);
  files = $state<DraftAttachment[]>([]);
  /** Files being added, and how much of each has been read, from 0 to 1. */
  uploads = $state<{ name: string; share: number }[]>([]);
  /** When the delivery was last kept. */
  savedAt = $state<string | null>(null);
  /** How many offers were just marked as read. */
  markedCount = $state<number | null>(null);

  readonly rows: OfferRow[] = $derived(this.view?.groups.flatMap((group) => group.rows) ?? []);
  readonly isFiltered: boolean = $derived(
    Object.entries(NO_FILTER).some(([name, none]) => this.filter[name as keyof RequestFilter] !== none),
  );
  readonly selection = new Selection(() => this.rows.map((row) => row.offer_id));
  #latest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dirty = false;

  async load() {
    const mine = ++this.#latest;
    try {
      const view = await request("request_centre_list", {
        view: this.shows,
        search: this.search,
        filter: { ...this.filter },
      });
      if (mine !== this.#latest) return;
      this.view = view;
      this.filterError = null;
      this.selection.keepOnly();
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
    if (this.#dirty) await this.saveDelivery();
    await this.#attempt(async () => {
      const offer = await request("offer_show", { offer_id: offerId });
      if (this.offer?.offer_id !== offerId) this.#adoptDelivery(offer);
      this.offer = offer;
      await this.load();
    });
  }

  async refresh() {
    await this.load();
    if (this.offer) await this.open(this.offer.offer_id);
  }

  neighbour(step: number): string | null {
    const at = this.rows.findIndex((row) => row.offer_id === this.offer?.offer_id);
    const next = at < 0 ? this.rows[0] : this.rows[Math.min(Math.max(at + step, 0), this.rows.length - 1)];
    return next?.offer_id ?? null;
  }

  /** Selects the offer that is shown, or not any more. */
  toggleShown() {
    if (this.offer) this.selection.toggle(this.offer.offer_id);
  }

  /** Selects on to the row so many further, from the offer that is shown; gives that row. */
  extendSelection(step: number): string | null {
    return this.selection.extend(this.offer?.offer_id ?? null, step);
  }

  async markRead() {
    const offer_ids = [...this.selection.ids];
    if (offer_ids.length === 0) return;
    await this.#attempt(async () => {
      const { marked_count } = await request("request_centre_mark_read", { offer_ids });
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

  #adoptDelivery({ delivery_draft: draft }: OfferView) {
    this.message = draft.message;
    this.isCallOutcome = draft.is_call_outcome;
    this.files = draft.attachments;
    this.savedAt = draft.saved_at;
    this.#dirty = false;
  }

  /** Notes that something was typed; it is kept at the next pause. */
  typed() {
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.saveDelivery(), PAUSE);
  }

  async saveDelivery() {
    clearTimeout(this.#timer);
    const id = this.offer?.offer_id;
    if (!id) return;
    this.#dirty = false;
    // Not busy meanwhile: the field is left by pressing Deliver, and a button that went grey just then would miss its click.
    try {
      const kept = await request("offer_delivery_save", {
        offer_id: id,
        message: this.message,
        is_call_outcome: this.isCallOutcome,
      });
      if (this.offer?.offer_id === id) this.savedAt = kept?.saved_at ?? null;
      this.error = null;
    } catch (error) {
      this.#dirty = true;
      this.error = asApiError(error);
    }
  }

  async deliver() {
    await this.saveDelivery();
    if (this.error) return;
    await this.#act((id) => request("offer_deliver", { offer_id: id }));
  }

  async attach(files: Iterable<File>) {
    const id = this.offer?.offer_id;
    if (!id) return;
    for (const file of files) {
      this.uploads.push({ name: file.name, share: 0 });
      const upload = this.uploads[this.uploads.length - 1];
      await this.#attempt(async () => {
        const added = await request("attachment_add", {
          owner: { kind: "delivery", offer_id: id },
          name: file.name,
          content_base64: await base64(file, (share) => {
            if (upload) upload.share = share;
          }),
        });
        if (this.offer?.offer_id === id) this.files = [...this.files, added];
      });
      this.uploads = this.uploads.filter((one) => one !== upload);
    }
  }

  async detach(attachmentId: string) {
    const id = this.offer?.offer_id;
    if (!id) return;
    await this.#attempt(async () => {
      await request("attachment_remove", {
        owner: { kind: "delivery", offer_id: id },
        attachment_id: attachmentId,
      });
      this.files = this.files.filter((file) => file.id !== attachmentId);
    });
  }

  /** Shows what is left of an offer of which something was taken out of the outbox. */
  async reopen(offerId: string) {
    try {
      const offer = await request("offer_show", { offer_id: offerId });
      this.#adoptDelivery(offer);
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
