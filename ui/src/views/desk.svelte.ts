import type {
  DeskEvent,
  NoticeView,
  OfferPending,
  OpenTarget,
  OutboxEntryView,
  SearchHit,
} from "../bindings";
import { Insights } from "../features/insights/insights.svelte";
import { Attention } from "../features/notice/attention.svelte";
import { Notices } from "../features/notice/notices.svelte";
import { OfferDialog } from "../features/offer-dialog/offer-dialog.svelte";
import { Outbox, type OutboxAction } from "../features/outbox/outbox.svelte";
import { Conversation } from "../features/question/conversation.svelte";
import { Queue } from "../features/queue/queue.svelte";
import { RequestCentre } from "../features/request-centre/request-centre.svelte";
import { Search } from "../features/search/search.svelte";
import { Guide } from "../features/session/guide.svelte";
import { Session } from "../features/session/session.svelte";
import { SettingsState } from "../features/settings/settings.svelte";
import { Update } from "../features/update/update.svelte";
import { request } from "../host";
import { t } from "../i18n";
import type { Place } from "./place";

/** Which sheet lies over the window. */
export type Sheet =
  | "offer"
  | "notices"
  | "help"
  | "shortcuts"
  | "palette"
  | "sign-out"
  | "add-account"
  | "tray-question"
  | "outbox";

/** What of the outbox something is done with. */
export type OutboxItem = Pick<OutboxEntryView, "command_id" | "kind" | "question_id" | "offer_id">;

/** The window: where it is, and what it does with each event. The features hold their own state. */
export class DeskWindow {
  session = new Session();
  queue = new Queue();
  conversation = new Conversation();
  dialog = new OfferDialog();
  centre = new RequestCentre();
  insights = new Insights();
  notices = new Notices();
  settings = new SettingsState();
  search = new Search();
  guide = new Guide();
  attention = new Attention();
  outbox = new Outbox();
  update = new Update(() => this.keepTyped());
  place = $state<Place>("desk");
  sheet = $state<Sheet | null>(null);
  /** The question that is being opened: marked at once, shown when it is here. */
  opening = $state<string | null>(null);

  /** Everything that is shown first. */
  async start() {
    await this.session.load();
    await this.settings.load();
    if (this.session.view?.state !== "signed_out") await this.loadAll();
    const { target } = await request("navigation_take");
    if (target) await this.go(target);
  }

  async loadAll() {
    await Promise.all([this.queue.load(), this.centre.load(), this.notices.load(), this.guide.load()]);
  }

  /** What the expert looks at now, where it is one thing. */
  get target(): OpenTarget | null {
    const { view } = this.conversation;
    if (this.place === "desk" && view) return { kind: "question", question_id: view.question_id };
    const { offer } = this.centre;
    if (this.place === "requests" && offer) return { kind: "offer", offer_id: offer.offer_id };
    return null;
  }

  /** Takes in whose desk it is now; nothing of another account's stays on the screen. */
  async #loadSession() {
    const before = this.session.current?.account_id;
    await this.session.load();
    if (before !== this.session.current?.account_id) {
      this.conversation.view = null;
      this.centre.offer = null;
      this.insights.forget();
      this.sheet = null;
    }
    if (this.session.view?.state !== "signed_out") await this.loadAll();
  }

  /** Asks before anybody is signed out: of the present account if none is named. */
  askToSignOut(accountId = this.session.current?.account_id) {
    if (accountId && this.session.askToLeave(accountId)) this.sheet = "sign-out";
  }

  async openQuestion(id: string) {
    this.place = "desk";
    this.opening = id;
    await this.conversation.open(id);
    if (this.opening === id) this.opening = null;
    await this.queue.load();
  }

  /** The question that is marked in the list. */
  get marked(): string | null {
    return this.opening ?? this.conversation.view?.question_id ?? null;
  }

  /** Opens the question so many rows further. */
  async openNeighbour(by: number) {
    const next = await this.queue.lines.neighbour(this.marked, by);
    if (next) await this.openQuestion(next);
  }

  /** Opens the offer so many rows further. */
  async openNeighbourOffer(by: number) {
    const next = await this.centre.neighbour(by);
    if (next) await this.openOffer(next);
  }

  async openOffer(id: string) {
    this.place = "requests";
    this.notices.close(id);
    await this.centre.open(id);
  }

  /** Shows what was found; names the message to bring into sight, if it is one. */
  async openFound({ found, question_id }: SearchHit): Promise<string | null> {
    if (found.kind === "offer") await this.openOffer(found.offer_id);
    else await this.openQuestion(question_id);
    return found.kind === "message" ? found.message_id : null;
  }

  async reconnect() {
    await request("connection_retry");
  }

  async openNotice(notice: NoticeView) {
    this.sheet = null;
    await this.notices.markRead([notice.id]);
    if (notice.offer_id) await this.openOffer(notice.offer_id);
    else if (notice.question_id) await this.openQuestion(notice.question_id);
    else this.place = "requests";
  }

  async go(target: OpenTarget) {
    this.sheet = null;
    if (target.kind === "offer") await this.openOffer(target.offer_id);
    else if (target.kind === "question") await this.openQuestion(target.question_id);
    else this.place = "requests";
  }

  async offer(revises: string | null = null, questionId = this.conversation.view?.question_id) {
    if (!questionId) return;
    await this.conversation.flush();
    await this.dialog.open(questionId, revises);
    this.sheet = "offer";
  }

  /** Does something with an entry of the outbox; what was written and comes back is shown where it was written. */
  async actOnOutbox(action: OutboxAction, item: OutboxItem) {
    if (!(await this.outbox.act(action, item.command_id))) {
      // Told where the entries are.
      this.sheet = "outbox";
      return;
    }
    if (action === "edit") await this.#takeBack(item);
    else if (item.offer_id && this.centre.offer?.offer_id === item.offer_id)
      await this.centre.reopen(item.offer_id);
  }

  /** Does something with what of an offer waits in the outbox or was refused. */
  async actOnOffer(
    action: OutboxAction,
    {
      offer_id,
      question_id,
      pending,
    }: { offer_id: string; question_id: string | null; pending: OfferPending | null },
  ) {
    if (!pending) return;
    const { command_id, kind } = pending;
    await this.actOnOutbox(action, { command_id, kind, question_id, offer_id });
  }

  async #takeBack({ kind, question_id, offer_id }: OutboxItem) {
    const isHere = offer_id !== null && this.centre.offer?.offer_id === offer_id;
    switch (kind) {
      case "answer":
      case "info_request":
        this.sheet = null;
        if (question_id) await this.openQuestion(question_id);
        break;
      case "offer":
      case "revision":
        if (offer_id && isHere) await this.centre.reopen(offer_id);
        if (question_id) await this.offer(kind === "revision" ? offer_id : null, question_id);
        break;
      case "delivery":
        this.sheet = null;
        if (!offer_id) break;
        this.place = "requests";
        await this.centre.reopen(offer_id);
        this.centre.asks = "deliver";
        break;
      case "support_request":
        this.sheet = "help";
        break;
      default:
        if (offer_id && isHere) await this.centre.reopen(offer_id);
    }
  }

  /** Goes to the next of the saved accounts. */
  async switchAccount() {
    const [next] = this.session.others;
    if (next) await this.session.switchTo(next.account_id);
  }

  /** Keeps all that is being typed; says whether it is kept. */
  async keepTyped(): Promise<boolean> {
    const kept = await Promise.all([this.conversation.flush(), this.dialog.flush()]);
    if (this.centre.delivery.message !== "") await this.centre.delivery.save();
    const isAdding = this.conversation.uploads.length > 0;
    return kept.every(Boolean) && !isAdding && !this.centre.error;
  }

  async offerSubmitted() {
    this.sheet = null;
    await Promise.all([this.conversation.refresh(), this.centre.refresh()]);
  }

  async hear(event: DeskEvent) {
    switch (event.event) {
      case "session_changed":
        await this.#loadSession();
        break;
      case "connection_changed": {
        const wasOnline = this.session.connection?.state === "online";
        this.session.connection = event.connection;
        // Only once all is here it is known who is a newcomer.
        if (!wasOnline && event.connection.state === "online") await this.guide.load();
        break;
      }
      case "queue_changed":
        await this.queue.load();
        await this.guide.refresh();
        break;
      case "question_changed":
        if (event.question_id === this.conversation.view?.question_id) await this.conversation.refresh();
        break;
      case "offers_changed":
        await this.guide.refresh();
        await this.centre.refresh();
        if (this.place === "insights") await this.insights.load();
        if (this.conversation.view) await this.conversation.refresh();
        break;
      case "outbox_changed":
        this.session.connection = await request("connection_show");
        await this.outbox.refresh();
        break;
      case "upload_progressed":
        this.conversation.noteSent(event.command_id, event.name, event.sent_bytes / event.size_bytes);
        break;
      case "notices_changed":
        await this.notices.load();
        break;
      case "offer_accepted":
        this.notices.show({
          offerId: event.offer_id,
          title: t("notice.accepted", { name: event.customer_name }),
          body: `${event.title}, ${event.amount_text}`,
        });
        break;
      case "support_requests_changed":
        await this.centre.load();
        break;
      case "settings_changed":
        await this.settings.load();
        break;
      case "update_changed":
        this.update.view = event.update;
        break;
      case "close_asked":
        // Who has no desk before them has nothing to be told of.
        if (this.session.view?.state === "signed_in") this.sheet = "tray-question";
        else await this.settings.closeWindow(null);
        break;
      case "navigation_requested":
        await request("navigation_take");
        await this.go(event.target);
        break;
    }
  }
}
