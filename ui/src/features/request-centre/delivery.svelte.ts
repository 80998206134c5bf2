import type { ApiError, DraftAttachment, OfferView } from "../../bindings";
import { asApiError, request } from "../../host";
import { base64 } from "../../shared/base64";

/** How long typing pauses before it is kept, in milliseconds. */
const PAUSE = 400;

/** What a delivery is written within. */
interface Around {
  /** The offer that it is for. */
  offerId: () => string | null;
  /** Does something meanwhile nothing else is done, and tells what went wrong. */
  attempt: (work: () => Promise<void>) => Promise<void>;
  tell: (error: ApiError | null) => void;
}

/** The delivery being written for the offer that is shown. */
export class Delivery {
  message = $state("");
  isCallOutcome = $state(false);
  files = $state<DraftAttachment[]>([]);
  /** Files being added, and how much of each has been read, from 0 to 1. */
  uploads = $state<{ name: string; share: number }[]>([]);
  /** When it was last kept. */
  savedAt = $state<string | null>(null);
  /** Whether something was typed that is not kept yet. */
  isDirty = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly around: Around) {}

  /** Takes over what is kept of an offer's. */
  adopt({ delivery_draft: draft }: Pick<OfferView, "delivery_draft">) {
    this.message = draft.message;
    this.isCallOutcome = draft.is_call_outcome;
    this.files = draft.attachments;
    this.savedAt = draft.saved_at;
    this.isDirty = false;
  }

  /** Notes that something was typed; it is kept at the next pause. */
  typed() {
    this.isDirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), PAUSE);
  }

  async save() {
    clearTimeout(this.#timer);
    const id = this.around.offerId();
    if (!id) return;
    this.isDirty = false;
    // Not busy meanwhile: the field is left by pressing Deliver, and a button that went grey just then would miss its click.
    try {
      const kept = await request("offer_delivery_save", {
        offer_id: id,
        message: this.message,
        is_call_outcome: this.isCallOutcome,
      });
      if (this.around.offerId() === id) this.savedAt = kept?.saved_at ?? null;
      this.around.tell(null);
    } catch (error) {
      this.isDirty = true;
      this.around.tell(asApiError(error));
    }
  }

  async attach(files: Iterable<File>) {
    const id = this.around.offerId();
    if (!id) return;
    for (const file of files) {
      this.uploads.push({ name: file.name, share: 0 });
      const upload = this.uploads[this.uploads.length - 1];
      await this.around.attempt(async () => {
        const added = await request("attachment_add", {
          owner: { kind: "delivery", offer_id: id },
          name: file.name,
          content_base64: await base64(file, (share) => {
            if (upload) upload.share = share;
          }),
        });
        if (this.around.offerId() === id) this.files = [...this.files, added];
      });
      this.uploads = this.uploads.filter((one) => one !== upload);
    }
  }

  async detach(attachmentId: string) {
    const id = this.around.offerId();
    if (!id) return;
    await this.around.attempt(async () => {
      await request("attachment_remove", {
        owner: { kind: "delivery", offer_id: id },
        attachment_id: attachmentId,
      });
      this.files = this.files.filter((file) => file.id !== attachmentId);
    });
  }
}
