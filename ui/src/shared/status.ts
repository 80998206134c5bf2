import type { OfferGroupKind, OfferState, QuestionState, QueueStatus, RequestView } from "../bindings";
import { t, type Key } from "../i18n";
import type { IconName } from "./icon-names";

/** Status is icon and word; colour is the third cue. */
export interface StatusLook {
  icon: IconName;
  word: string;
  tone: string;
}

const look = (icon: IconName, word: Key, tone: string, values: Record<string, string> = {}): StatusLook => ({
  icon,
  word: t(word, values),
  tone,
});

export const OFFER_STATE: Record<OfferState, StatusLook> = {
  sent: look("hourglass", "status.awaiting_customer", "s-awaiting"),
  held: look("bookmark", "status.held_for_later", "s-held"),
  declined: look("x-circle", "status.declined", "s-declined"),
  accepted: look("check-circle", "status.accepted_to_fulfil", "s-accepted"),
  in_progress: look("clock", "status.in_progress", "s-fulfilled"),
  delivered: look("send", "status.delivered", "s-fulfilled"),
  completed: look("check", "status.completed", "s-fulfilled"),
  withdrawn: look("undo", "status.withdrawn", "s-withdrawn"),
  expired: look("clock", "status.expired", "s-expired"),
  superseded: look("undo", "status.replaced", "s-expired"),
  cancelled: look("x-circle", "status.cancelled", "s-declined"),
};

export const QUESTION_STATE: Record<QuestionState, StatusLook> = {
  open: look("desk", "status.open", "s-withdrawn"),
  answered: look("check", "status.answered", "s-fulfilled"),
  closed: look("check", "status.closed", "s-expired"),
};

/** An offer's state, or that it still waits in the outbox. */
export const offerState = (state: OfferState | null): StatusLook =>
  state === null ? look("send", "status.waiting_to_be_sent", "s-withdrawn") : OFFER_STATE[state];

export const OFFER_GROUP: Record<OfferGroupKind, StatusLook> = {
  refused: look("x-circle", "status.refused_needs_you", "s-declined"),
  to_fulfil: OFFER_STATE.accepted,
  in_progress: OFFER_STATE.in_progress,
  delivered: OFFER_STATE.delivered,
  queued: look("send", "status.waiting_to_be_sent", "s-withdrawn"),
  awaiting: OFFER_STATE.sent,
  held: OFFER_STATE.held,
  declined: OFFER_STATE.declined,
  completed: OFFER_STATE.completed,
  expired: OFFER_STATE.expired,
  withdrawn: OFFER_STATE.withdrawn,
  cancelled: OFFER_STATE.cancelled,
};

export const REQUEST_VIEW: Record<RequestView, StatusLook> = {
  all_open: look("requests", "status.all_open", ""),
  needs_you: look("check-circle", "status.needs_you", "s-accepted"),
  waiting: look("hourglass", "status.waiting", "s-awaiting"),
  in_progress: look("clock", "status.in_progress", "s-fulfilled"),
  done: look("check", "status.done", "s-expired"),
};

/** What a queue row says. */
export function queueStatus(status: QueueStatus, holder: string | null): StatusLook {
  switch (status.kind) {
    case "open":
      return look("desk", "status.open", "s-withdrawn");
    case "locked":
      return look("lock", "status.locked_by_you", "s-awaiting");
    case "locked_by_other":
      return look("lock", holder ? "status.with" : "status.with_another", "s-withdrawn", {
        name: holder ?? "",
      });
    case "info_requested":
      return look("help", "status.info_requested", "s-awaiting");
    case "new_reply":
      return look("mail", "status.new_reply", "s-accepted");
    case "answered":
      return look("check", "status.answered", "s-fulfilled");
    case "confirmed":
      return look("check-circle", "status.answer_confirmed", "s-accepted");
    case "offer":
      return OFFER_STATE[status.state];
    case "closed":
      return look("check", "status.closed", "s-expired");
  }
}
