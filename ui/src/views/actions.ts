// Every action of the window: the palette, the shortcuts and the sheet are made from this table.
import type { MessageKind, MessageView, OfferPending, QueueFilter, RequestView, StepKind } from "../bindings";
import { t } from "../i18n";
import type { Shortcut } from "../shared/shortcuts";
import { PERIODS } from "../features/insights/insights.svelte";
import { ofCustomer } from "../features/search/search.svelte";
import type { DeskWindow } from "./desk.svelte";

/** What an action may do to the page itself. */
export interface Screen {
  /** Brings the keyboard to the element of this id. */
  focus(id: string): void;
  /** Presses the element of this id. */
  press(id: string): void;
}

const FILTERS: QueueFilter[] = ["all", "mine", "waiting"];
const VIEWS: RequestView[] = ["all_open", "needs_you", "waiting", "in_progress", "done"];

/** The action that takes each step to an offer. */
export const STEP_ACTIONS: Record<StepKind, string> = {
  locked: "lock",
  scope_clear: "info-request",
  answered: "answer",
  confirmed: "ask-confirmation",
  offered: "offer",
};

/** Those that work everywhere, also before anybody is signed in and over a sheet. */
export function zoomActionsOf({ settings }: DeskWindow): Shortcut[] {
  const zoom = (id: string, key: string, name: string, by: -1 | 0 | 1): Shortcut => ({
    id,
    group: "Desk",
    key,
    mod: true,
    name,
    run: () => void settings.zoom(by),
  });
  return [
    // On many keyboards + is typed with shift, and = is the key it lies on.
    { ...zoom("zoom-in", "+", t("action.zoom_in"), 1), also: [{ key: "+", shift: true }, { key: "=" }] },
    { ...zoom("zoom-out", "-", t("action.zoom_out"), -1), also: [{ key: "_", shift: true }] },
    zoom("zoom-reset", "0", t("action.zoom_reset"), 0),
  ];
}

/** The table. */
export function actionsOf(desk: DeskWindow, screen: Screen): Shortcut[] {
  const { conversation, centre, queue, notices, settings, search, guide, insights } = desk;
  const isAtDesk = () => desk.place === "desk";
  const isAtInsights = () => desk.place === "insights";
  const isAtRequests = () => desk.place === "requests";
  const question = () => (isAtDesk() ? conversation.view : null);
  const offer = () => (isAtRequests() ? centre.offer : null);
  const may = (action: "start" | "deliver" | "revise" | "withdraw" | "cancel" | "remind") => () =>
    offer()?.actions.includes(action) ?? false;
  const isMine = () => question()?.lock.state === "mine";
  const canLock = () => {
    const view = question();
    return (
      view !== null && view.state !== "closed" && view.lock.state !== "mine" && view.lock.state !== "other"
    );
  };
  /** The newest message in this state of delivery, and the command that carries it. */
  const carrying = (kind: "undoable" | "failed") => {
    const has = ({ delivery }: MessageView) =>
      delivery.kind === kind || (kind === "undoable" && delivery.kind === "waiting" && delivery.is_editable);
    const delivery = question()?.messages.findLast(has)?.delivery;
    return delivery && "command_id" in delivery ? delivery : null;
  };
  /** The offer looked at, or the newest on the question, of which something waits or was refused. */
  const pending = (kind: "undoable" | "failed") => {
    const fits = ({ pending }: { pending: OfferPending | null }) =>
      pending !== null && pending.is_editable && (pending.error !== null) === (kind === "failed");
    const shown = offer();
    if (shown) return fits(shown) ? shown : null;
    const view = question();
    const found = view?.offers.find(fits);
    return view && found ? { ...found, question_id: view.question_id } : null;
  };
  const canAct = (kind: "undoable" | "failed") => () => carrying(kind) !== null || pending(kind) !== null;
  /** With the message, else with the offer. */
  const toOutbox = (action: "undo" | "retry" | "edit" | "discard", kind: "undoable" | "failed") => () => {
    const delivery = carrying(kind);
    const found = pending(kind);
    if (delivery) {
      const isLate = action === "undo" && delivery.kind === "waiting";
      void conversation.outbox(isLate ? "edit" : action, delivery.command_id);
    } else if (found) void desk.actOnOffer(action === "undo" ? "edit" : action, found);
  };
  const step = (by: number) => () => {
    if (isAtRequests()) {
      const next = centre.neighbour(by);
      if (next) void desk.openOffer(next);
    } else void desk.openNeighbour(by);
  };
  const write = (kind: MessageKind) => () => {
    conversation.kind = kind;
    conversation.typed();
    screen.focus("composer-text");
  };
  const look = (typed: string) => {
    desk.sheet = "palette";
    void search.open(table, typed);
  };
  const canMove = () => isAtDesk() || isAtRequests();
  const hasQuestion = () => question() !== null;

  const table: Shortcut[] = [
    { id: "next", group: "Move", key: "j", name: t("action.next"), can: canMove, run: step(1) },
    { id: "previous", group: "Move", key: "k", name: t("action.previous"), can: canMove, run: step(-1) },
    {
      id: "filter",
      group: "Move",
      key: "/",
      name: t("action.filter"),
      can: canMove,
      run: () => screen.focus(isAtRequests() ? "rc-search" : "queue-search"),
    },
    {
      id: "search",
      group: "Move",
      key: "k",
      mod: true,
      name: t("action.search"),
      run: () => look(""),
    },
    ...FILTERS.map((filter, index): Shortcut => ({
      id: `queue-${filter}`,
      group: "Move",
      key: String(index + 1),
      place: "desk",
      name: t(`action.queue_${filter}`),
      can: isAtDesk,
      run: () => {
        queue.filter = filter;
        void queue.load();
      },
    })),
    ...VIEWS.map((view, index): Shortcut => ({
      id: `requests-${view}`,
      group: "Move",
      key: String(index + 1),
      place: "requests",
      name: t(`action.requests_${view}`),
      can: isAtRequests,
      run: () => void centre.choose(view),
    })),

    {
      id: "lock",
      group: "Question",
      key: "l",
      name: t("action.lock"),
      can: canLock,
      run: () => void conversation.lock(),
    },
    {
      id: "extend",
      group: "Question",
      key: "e",
      name: t("action.extend"),
      can: isMine,
      run: () => void conversation.extend(),
    },
    {
      id: "release",
      group: "Question",
      key: "r",
      place: "desk",
      name: t("action.release"),
      can: isMine,
      run: () => void conversation.release(),
    },
    {
      id: "answer",
      group: "Question",
      key: "a",
      name: t("action.answer"),
      can: hasQuestion,
      run: write("answer"),
    },
    {
      id: "info-request",
      group: "Question",
      key: "i",
      name: t("action.info_request"),
      can: hasQuestion,
      run: write("info_request"),
    },
    {
      id: "ask-confirmation",
      group: "Question",
      key: "w",
      place: "desk",
      name: t("action.ask_confirmation"),
      can: hasQuestion,
      run: () => {
        conversation.askConfirmation();
        screen.focus("composer-text");
      },
    },
    {
      id: "attach",
      group: "Question",
      key: "f",
      name: t("action.attach"),
      can: hasQuestion,
      run: () => screen.press("composer-attach"),
    },
    {
      id: "phrases",
      group: "Question",
      key: "p",
      name: t("action.phrases"),
      can: hasQuestion,
      run: () => screen.press("composer-phrases"),
    },
    {
      id: "preview",
      group: "Question",
      key: "m",
      mod: true,
      shift: true,
      place: "desk",
      name: t("action.preview"),
      can: hasQuestion,
      run: () => void conversation.preview(),
    },
    {
      id: "send",
      group: "Question",
      key: "Enter",
      mod: true,
      name: t("action.send"),
      can: () => question()?.may_write ?? false,
      run: () => void conversation.send(),
    },
    {
      id: "undo-send",
      group: "Question",
      key: "z",
      name: t("action.undo_send"),
      can: canAct("undoable"),
      run: toOutbox("undo", "undoable"),
    },
    {
      id: "retry-send",
      group: "Question",
      key: "t",
      name: t("action.retry_send"),
      can: canAct("failed"),
      run: toOutbox("retry", "failed"),
    },
    {
      id: "edit-send",
      group: "Question",
      key: "y",
      name: t("action.edit_send"),
      can: canAct("failed"),
      run: toOutbox("edit", "failed"),
    },
    {
      // Not on a single key: nobody throws away what they wrote by a slip.
      id: "discard-send",
      group: "Question",
      key: "Delete",
      mod: true,
      shift: true,
      name: t("action.discard_send"),
      can: canAct("failed"),
      run: toOutbox("discard", "failed"),
    },
    {
      id: "announce-offer",
      group: "Question",
      key: "b",
      place: "desk",
      name: t("action.announce_offer"),
      can: () => hasQuestion() && conversation.kind === "answer",
      run: () => {
        conversation.announcesOffer = !conversation.announcesOffer;
        conversation.typed();
      },
    },
    {
      id: "of-customer",
      group: "Question",
      key: "c",
      place: "desk",
      name: t("action.of_customer"),
      can: hasQuestion,
      run: () => look(ofCustomer(question()?.customer.name ?? "")),
    },
    {
      id: "offer",
      group: "Offer",
      key: "o",
      mod: true,
      shift: true,
      name: t("action.offer"),
      can: () => conversation.view !== null && conversation.view.checklist.blocker !== "lock_first",
      run: () => void desk.offer(),
    },
    {
      id: "show-offer",
      group: "Offer",
      key: "o",
      place: "desk",
      name: t("action.show_offer"),
      can: () => (question()?.offers.length ?? 0) > 0,
      run: () => {
        const id = question()?.offers[0]?.offer_id;
        if (id) void desk.openOffer(id);
      },
    },
    {
      id: "show-question",
      group: "Offer",
      key: "q",
      place: "requests",
      name: t("action.show_question"),
      can: () => offer() !== null,
      run: () => {
        const id = offer()?.question_id;
        if (id) void desk.openQuestion(id);
      },
    },
    {
      id: "start",
      group: "Offer",
      key: "s",
      place: "requests",
      name: t("action.start"),
      can: may("start"),
      run: () => (centre.asks = "start"),
    },
    {
      id: "deliver",
      group: "Offer",
      key: "d",
      place: "requests",
      name: t("action.deliver"),
      can: may("deliver"),
      run: () => (centre.asks = "deliver"),
    },
    {
      id: "revise",
      group: "Offer",
      key: "v",
      place: "requests",
      name: t("action.revise"),
      can: may("revise"),
      run: () => {
        const shown = offer();
        if (shown) void desk.offer(shown.offer_id, shown.question_id);
      },
    },
    {
      id: "cancel",
      group: "Offer",
      key: "c",
      place: "requests",
      name: t("action.cancel"),
      can: may("cancel"),
      run: () => (centre.asks = "cancel"),
    },
    {
      // Not on a single letter: nobody withdraws an offer by a slip.
      id: "withdraw",
      group: "Offer",
      key: "Backspace",
      mod: true,
      shift: true,
      place: "requests",
      name: t("action.withdraw"),
      can: may("withdraw"),
      run: () => (centre.asks = "withdraw"),
    },
    {
      id: "remind",
      group: "Offer",
      key: "r",
      place: "requests",
      name: t("action.remind"),
      can: () => may("remind")() && offer()?.reminder?.blocker === null,
      run: () => (centre.asks = "remind"),
    },
    {
      id: "select",
      group: "Move",
      key: "x",
      place: "requests",
      name: t("action.select"),
      can: () => offer() !== null,
      run: () => centre.toggleShown(),
    },
    {
      id: "select-all",
      group: "Move",
      key: "*",
      place: "requests",
      name: t("action.select_all"),
      can: () => isAtRequests() && centre.rows.length > 0,
      run: () => centre.selection.toggleAll(),
    },
    {
      id: "clear-filter",
      group: "Move",
      key: "0",
      place: "requests",
      name: t("action.clear_filter"),
      can: () => isAtRequests() && centre.isFiltered,
      run: () => void centre.clearFilter(),
    },
    ...([1, -1] as const).map((by): Shortcut => ({
      id: by > 0 ? "select-down" : "select-up",
      group: "Move",
      key: by > 0 ? "ArrowDown" : "ArrowUp",
      shift: true,
      place: "requests",
      name: t(by > 0 ? "action.select_down" : "action.select_up"),
      can: () => offer() !== null,
      run: () => {
        const to = centre.extendSelection(by);
        // Not opened: that would mark it as read.
        if (to) screen.focus(`rc-open-${to}`);
      },
    })),
    {
      id: "mark-read",
      group: "Offer",
      key: "b",
      place: "requests",
      name: t("action.mark_read"),
      can: () => isAtRequests() && centre.selection.ids.size > 0,
      run: () => void centre.markRead(),
    },
    ...PERIODS.map((period, index): Shortcut => ({
      id: `insights-${period}`,
      group: "Move",
      key: String(index + 1),
      place: "insights",
      name: t(`action.insights_${period}`),
      can: isAtInsights,
      run: () => void insights.choose(period),
    })),
    {
      id: "insights-table",
      group: "Move",
      key: "b",
      place: "insights",
      name: t("action.insights_table"),
      can: isAtInsights,
      run: () => (insights.asTable = !insights.asTable),
    },
    {
      id: "insights-export",
      group: "Desk",
      key: "x",
      place: "insights",
      name: t("action.insights_export"),
      can: () => isAtInsights() && (insights.view?.has_offers ?? false),
      run: () => void insights.exportCsv(),
    },

    {
      id: "go-desk",
      group: "Go to",
      key: "1",
      mod: true,
      name: t("action.go_desk"),
      run: () => (desk.place = "desk"),
    },
    {
      id: "go-requests",
      group: "Go to",
      key: "2",
      mod: true,
      name: t("action.go_requests"),
      run: () => (desk.place = "requests"),
    },
    {
      id: "go-insights",
      group: "Go to",
      key: "3",
      mod: true,
      name: t("action.go_insights"),
      run: () => (desk.place = "insights"),
    },
    {
      id: "go-settings",
      group: "Go to",
      key: ",",
      mod: true,
      name: t("action.go_settings"),
      run: () => (desk.place = "settings"),
    },
    {
      id: "outbox",
      group: "Go to",
      key: "4",
      mod: true,
      name: t("action.outbox"),
      run: () => (desk.sheet = "outbox"),
    },
    {
      id: "notices",
      group: "Go to",
      key: "n",
      name: t("action.notices"),
      run: () => (desk.sheet = "notices"),
    },
    { id: "help", group: "Go to", key: "h", name: t("action.help"), run: () => (desk.sheet = "help") },
    {
      id: "shortcuts",
      group: "Go to",
      key: "?",
      name: t("action.shortcuts"),
      run: () => (desk.sheet = "shortcuts"),
    },

    {
      id: "mark-notices",
      group: "Desk",
      key: "m",
      name: t("action.mark_notices"),
      can: () => (notices.list?.unread_count ?? 0) > 0,
      run: () => void notices.markRead([]),
    },
    {
      id: "appearance",
      group: "Desk",
      key: "l",
      mod: true,
      shift: true,
      name: t("action.appearance"),
      run: () => void settings.switchAppearance(),
    },
    {
      id: "test-notification",
      group: "Desk",
      key: "n",
      mod: true,
      shift: true,
      name: t("action.test_notification"),
      run: () => {
        desk.place = "settings";
        void notices.sendTest();
      },
    },
    {
      id: "connect",
      group: "Desk",
      key: "y",
      mod: true,
      shift: true,
      name: t("action.connect"),
      run: () => void desk.reconnect(),
    },
    {
      id: "sign-out",
      group: "Desk",
      key: "x",
      mod: true,
      shift: true,
      name: t("action.sign_out"),
      run: () => desk.askToSignOut(),
    },
    {
      id: "add-account",
      group: "Desk",
      key: "a",
      mod: true,
      shift: true,
      name: t("action.add_account"),
      run: () => (desk.sheet = "add-account"),
    },
    {
      id: "switch-account",
      group: "Desk",
      key: "k",
      mod: true,
      shift: true,
      name: t("action.switch_account"),
      can: () => desk.session.others.length > 0,
      run: () => void desk.switchAccount(),
    },
    {
      id: "copy-diagnostics",
      group: "Desk",
      key: "b",
      mod: true,
      shift: true,
      name: t("action.copy_diagnostics"),
      run: () => {
        desk.place = "settings";
        void settings.copyDiagnostics();
      },
    },
    {
      id: "pause-notices",
      group: "Desk",
      key: "u",
      name: t("action.pause_notices"),
      run: () => void notices.pause(),
    },
    {
      id: "guide",
      group: "Go to",
      key: "g",
      name: t("action.guide"),
      run: () => void guide.open(!guide.view?.is_open),
    },
    {
      id: "export-data",
      group: "Desk",
      key: "s",
      mod: true,
      shift: true,
      name: t("action.export_data"),
      run: () => {
        desk.place = "settings";
        void settings.exportData();
      },
    },
    ...zoomActionsOf(desk),
  ];
  return table;
}
