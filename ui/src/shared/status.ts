import type { OfferGroupKind, OfferState, QuestionState, QueueStatus, RequestView } from "../bindings";
import type { IconName } from "./icon-names";

/** Status is icon and word; colour is the third cue. */
export interface StatusLook {
  icon: IconName;
  word: string;
  tone: string;
}

const look = (icon: IconName, word: string, tone: string): StatusLook => ({ icon, word, tone });

export const OFFER_STATE: Record<OfferState, StatusLook> = {
  sent: look("hourglass", "Awaiting customer", "s-awaiting"),
  held: look("bookmark", "Held for later", "s-held"),
  declined: look("x-circle", "Declined", "s-declined"),
  accepted: look("check-circle", "Accepted, to fulfil", "s-accepted"),
  in_progress: look("clock", "In progress", "s-fulfilled"),
  delivered: look("send", "Delivered", "s-fulfilled"),
  completed: look("check", "Completed", "s-fulfilled"),
  withdrawn: look("undo", "Withdrawn", "s-withdrawn"),
  expired: look("clock", "Expired", "s-expired"),
  superseded: look("undo", "Replaced", "s-expired"),
  cancelled: look("x-circle", "Cancelled", "s-declined"),
};

export const QUESTION_STATE: Record<QuestionState, StatusLook> = {
  open: look("desk", "Open", "s-withdrawn"),
  answered: look("check", "Answered", "s-fulfilled"),
  closed: look("check", "Closed", "s-expired"),
};

/** An offer's state, or that it still waits in the outbox. */
export const offerState = (state: OfferState | null): StatusLook =>
  state === null ? look("send", "Waiting to be sent", "s-withdrawn") : OFFER_STATE[state];

export const OFFER_GROUP: Record<OfferGroupKind, StatusLook> = {
  refused: look("x-circle", "Refused, needs you", "s-declined"),
  to_fulfil: OFFER_STATE.accepted,
  in_progress: OFFER_STATE.in_progress,
  delivered: OFFER_STATE.delivered,
  queued: look("send", "Waiting to be sent", "s-withdrawn"),
  awaiting: OFFER_STATE.sent,
  held: OFFER_STATE.held,
  declined: OFFER_STATE.declined,
  completed: OFFER_STATE.completed,
  expired: OFFER_STATE.expired,
  withdrawn: OFFER_STATE.withdrawn,
  cancelled: OFFER_STATE.cancelled,
};

export const REQUEST_VIEW: Record<RequestView, StatusLook> = {
  all_open: look("requests", "All open", ""),
  needs_you: look("check-circle", "Needs you", "s-accepted"),
  waiting: look("hourglass", "Waiting", "s-awaiting"),
  in_progress: look("clock", "In progress", "s-fulfilled"),
  done: look("check", "Done", "s-expired"),
};

/** What a queue row says. */
export function queueStatus(status: QueueStatus, holder: string | null): StatusLook {
  switch (status.kind) {
    case "open":
      return look("desk", "Open", "s-withdrawn");
    case "locked":
      return look("lock", "Locked by you", "s-awaiting");
    case "locked_by_other":
      return look("lock", `With ${holder ?? "another expert"}`, "s-withdrawn");
    case "info_requested":
      return look("help", "Info requested", "s-awaiting");
    case "new_reply":
      return look("mail", "New reply", "s-accepted");
    case "answered":
      return look("check", "Answered", "s-fulfilled");
    case "confirmed":
      return look("check-circle", "Answer confirmed", "s-accepted");
    case "offer":
      return OFFER_STATE[status.state];
    case "closed":
      return look("check", "Closed", "s-expired");
  }
}
