import type {
  ApiError,
  DraftAttachment,
  OfferRow,
  OfferView,
  RequestCentreView,
  RequestView,
} from "../../bindings";
import { asApiError, request } from "../../host";

/** The Request Centre: a view of the offers, and one of them in full. */
export class RequestCentre {
  view = $state<RequestCentreView | null>(null);
  shows = $state<RequestView>("all_open");
  search = $state("");
  offer = $state<OfferView | null>(null);
  error = $state<ApiError | null>(null);
  isBusy = $state(false);
  /** What is being written about the offer. */
  asks = $state<"deliver" | "cancel" | null>(null);
  /** The delivery being written. */
  message = $state("");
  isCallOutcome = $state(false);
  files = $state<DraftAttachment[]>([]);

  readonly rows: OfferRow[] = $derived(this.view?.groups.flatMap((group) => group.rows) ?? []);
  #latest = 0;

  async load() {
    const mine = ++this.#latest;
    const view = await request("request_centre_list", { view: this.shows, search: this.search });
    if (mine === this.#latest) this.view = view;
  }

  async choose(view: RequestView) {
    this.shows = view;
    await this.load();
  }

  async open(offerId: string) {
    await this.#attempt(async () => {
      const offer = await request("offer_show", { offer_id: offerId });
      if (this.offer?.offer_id !== offerId) {
        this.message = offer.delivery_draft.message;
        this.isCallOutcome = offer.delivery_draft.is_call_outcome;
        this.files = offer.delivery_draft.attachments;
      }
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

  start = () => this.#act((id) => request("offer_start", { offer_id: id }));
  withdraw = () => this.#act((id) => request("offer_withdraw", { offer_id: id }));
  cancel = (reason: string) => this.#act((id) => request("offer_cancel", { offer_id: id, reason }));

  async saveDelivery() {
    const id = this.offer?.offer_id;
    if (!id) return;
    // Not busy meanwhile: the field is left by pressing Deliver, and a button that went grey just then would miss its click.
    try {
      await request("offer_delivery_save", {
        offer_id: id,
        message: this.message,
        is_call_outcome: this.isCallOutcome,
      });
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  async deliver() {
    await this.saveDelivery();
    if (this.error) return;
    await this.#act((id) => request("offer_deliver", { offer_id: id }));
  }

  async attach(files: Iterable<File>, read: (file: File) => Promise<string>) {
    const id = this.offer?.offer_id;
    if (!id) return;
    for (const file of files) {
      await this.#attempt(async () => {
        const added = await request("attachment_add", {
          owner: { kind: "delivery", offer_id: id },
          name: file.name,
          content_base64: await read(file),
        });
        this.files = [...this.files, added];
      });
    }
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
