import type {
  ApiError,
  ConversationView,
  DraftAttachment,
  MessageDraftView,
  MessageKind,
} from "../../bindings";
import { asApiError, request } from "../../host";
import { base64 } from "../../shared/base64";

/** How long typing pauses before the draft is kept, in milliseconds. */
const PAUSE = 400;

/** One conversation and the message being written on it. */
export class Conversation {
  view = $state<ConversationView | null>(null);
  error = $state<ApiError | null>(null);
  kind = $state<MessageKind>("answer");
  text = $state("");
  announcesOffer = $state(false);
  attachments = $state<DraftAttachment[]>([]);
  savedAt = $state<string | null>(null);
  /** Files being added, and how much of each has been read, from 0 to 1. */
  uploads = $state<{ name: string; share: number }[]>([]);
  /** Files of waiting messages on their way, by their command. */
  sending = $state<Record<string, { name: string; share: number }>>({});
  /** Where the unread began when the conversation was opened. */
  unreadFrom = $state<string | null>(null);
  /** Whether the message is shown as the customer will see it. */
  isPreviewing = $state(false);
  /** The draft as it was last kept. */
  kept = $state<MessageDraftView | null>(null);
  isBusy = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dirty = false;
  #latest = 0;
  #keeping: Promise<boolean> = Promise.resolve(true);

  /** Shows a question; what is typed on the one before is kept first. */
  async open(id: string) {
    const mine = ++this.#latest;
    // What could not be kept stays where it was typed.
    if (!(await this.flush())) return;
    this.error = null;
    await this.#attempt(async () => {
      const view = await request("question_show", { question_id: id });
      // A slower answer to an earlier choice must not win.
      if (mine !== this.#latest) return;
      this.unreadFrom = view.unread_from;
      this.isPreviewing = false;
      this.#adopt(view);
    });
  }

  /** Shows what changed, without touching what is being typed. */
  async refresh() {
    const id = this.view?.question_id;
    if (!id) return;
    // Not busy meanwhile: news must not make a button grey just when it is pressed.
    try {
      const view = await request("question_show", { question_id: id });
      if (this.view?.question_id === id) {
        this.view = view;
        // What comes while nobody looks is as unread as what had come before.
        this.unreadFrom ??= view.unread_from;
        // A refused message comes back into an empty composer.
        if (!this.#dirty && this.text === "" && view.draft.text !== "") this.#adopt(view);
      }
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  lock = () => this.#act("question_lock");
  release = () => this.#act("question_release");
  extend = () => this.#act("question_extend");

  /** Notes that something was typed; it is kept at the next pause. */
  typed() {
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE);
  }

  /** Keeps what was typed, now. */
  flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#keeping = this.#keeping.then(() => this.#keep());
    return this.#keeping;
  }

  async #keep(): Promise<boolean> {
    if (!this.#dirty || !this.view) return true;
    this.#dirty = false;
    const id = this.view.question_id;
    // Not busy meanwhile: the field is left by pressing Send, and a button that went grey just then would miss its click.
    try {
      const draft = await request("message_draft_save", {
        question_id: id,
        kind: this.kind,
        text: this.text,
        announces_offer: this.announcesOffer && this.kind === "answer",
      });
      if (this.view?.question_id === id) {
        this.savedAt = draft.saved_at;
        this.kept = draft;
      }
      return true;
    } catch (error) {
      this.#dirty = true;
      this.error = asApiError(error);
      return false;
    }
  }

  /** Puts a ready phrase below what is written. */
  insert(text: string) {
    this.text = this.text === "" ? text : `${this.text.trimEnd()}\n\n${text}`;
    this.isPreviewing = false;
    this.typed();
  }

  /** Begins the Answer that asks whether all is answered. */
  askConfirmation() {
    const phrase = this.view?.phrases.find(({ purpose }) => purpose === "confirm");
    if (!phrase) return;
    this.kind = "answer";
    this.insert(phrase.text);
  }

  /** Shows the message as the customer will see it, or lets it be written again. */
  async preview() {
    if (!this.isPreviewing) {
      this.#dirty = true;
      if (!(await this.flush())) return;
    }
    this.isPreviewing = !this.isPreviewing;
  }

  async send() {
    const id = this.view?.question_id;
    if (!id || this.isBusy) return;
    this.#dirty = true;
    // What could not be kept must not go out in its older form.
    if (!(await this.flush())) return;
    await this.#attempt(async () => {
      this.#adopt(await request("message_send", { question_id: id }));
      this.isPreviewing = false;
      this.unreadFrom = null;
    });
  }

  async attach(files: Iterable<File>) {
    const id = this.view?.question_id;
    if (!id) return;
    for (const file of files) {
      this.uploads.push({ name: file.name, share: 0 });
      const upload = this.uploads[this.uploads.length - 1];
      await this.#attempt(async () => {
        const added = await request("attachment_add", {
          owner: { kind: "message", question_id: id },
          name: file.name,
          content_base64: await base64(file, (share) => {
            if (upload) upload.share = share;
          }),
        });
        if (this.view?.question_id === id) this.attachments = [...this.attachments, added];
      });
      this.uploads = this.uploads.filter((one) => one !== upload);
    }
  }

  async detach(attachmentId: string) {
    const id = this.view?.question_id;
    if (!id) return;
    await this.#attempt(async () => {
      await request("attachment_remove", {
        owner: { kind: "message", question_id: id },
        attachment_id: attachmentId,
      });
      this.attachments = this.attachments.filter((file) => file.id !== attachmentId);
    });
  }

  /** Notes how far a waiting message's file has come. */
  noteSent(commandId: string, name: string, share: number) {
    if (share < 1) this.sending[commandId] = { name, share };
    else delete this.sending[commandId];
  }

  async outbox(action: "undo" | "retry" | "edit" | "discard", commandId: string) {
    await this.flush();
    await this.#attempt(async () => {
      await request(`outbox_${action}`, { command_id: commandId });
      const id = this.view?.question_id;
      if (id) this.#adopt(await request("question_show", { question_id: id }));
    });
  }

  #adopt(view: ConversationView) {
    this.view = view;
    this.kind = view.draft.kind;
    this.text = view.draft.text;
    this.announcesOffer = view.draft.announces_offer;
    this.attachments = view.draft.attachments;
    this.savedAt = view.draft.saved_at;
    this.kept = view.draft;
    this.#dirty = false;
  }

  async #act(name: "question_lock" | "question_release" | "question_extend") {
    const id = this.view?.question_id;
    if (!id) return;
    await this.flush();
    await this.#attempt(async () => {
      this.view = await request(name, { question_id: id });
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
