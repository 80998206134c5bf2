import type { ApiError, ApiErrorCode } from "../bindings";

/** How loud an error is. */
export type Severity = "info" | "warning" | "error";

interface Words {
  severity: Severity;
  /** What is so. */
  title: string;
  /** What to do. */
  wayOut: string;
  /** Whether that is all there is to say: what the platform said would only repeat it. */
  isWhole?: boolean;
}

/** The words for every code: the one place where they are. */
const TABLE: Record<ApiErrorCode, Words> = {
  malformed_request: {
    severity: "error",
    title: "This did not work",
    wayOut: "Copy the diagnostics in Settings and ask for help.",
  },
  invalid_fields: { severity: "error", title: "Some fields need a change", wayOut: "They are marked below." },
  sign_in_needed: {
    severity: "warning",
    title: "Sign in again",
    wayOut: "Your session has ended. Drafts and unsent messages are kept and go out afterwards.",
  },
  wrong_credentials: {
    severity: "error",
    title: "The address or the password is not right",
    wayOut: "Check both and try again.",
    isWhole: true,
  },
  not_an_expert: {
    severity: "error",
    title: "This is not an expert’s account",
    wayOut: "Customers and moderators use the platform’s web pages.",
  },
  offline: {
    severity: "info",
    title: "The platform cannot be reached",
    wayOut: "This needs a connection. Drafts and messages can be written meanwhile.",
  },
  not_a_platform: {
    severity: "error",
    title: "No Proffer platform answers at this address",
    wayOut: "Check the address; it is the one your operator gave you.",
  },
  protocol_mismatch: {
    severity: "error",
    title: "This desk does not fit the platform",
    wayOut: "Update Proffer, then try again.",
  },
  not_found: { severity: "warning", title: "This is no longer here", wayOut: "Go back to the queue." },
  forbidden: { severity: "error", title: "This is not yours to do", wayOut: "Ask your category moderator." },
  lock_held: {
    severity: "warning",
    title: "Another expert holds this question",
    wayOut: "Your draft is kept. You can lock the question when it is free.",
  },
  lock_not_held: {
    severity: "warning",
    title: "You do not hold this question",
    wayOut: "Lock it first. Your draft is kept.",
  },
  question_closed: {
    severity: "info",
    title: "This question is closed",
    wayOut: "Open offers on it live on.",
  },
  answer_first: {
    severity: "warning",
    title: "Answer the question first",
    wayOut: "Only an upgrade to a phone call may be offered before an Answer.",
  },
  not_your_question: {
    severity: "warning",
    title: "Lock or answer the question first",
    wayOut: "Your draft is kept.",
  },
  offer_state_conflict: {
    severity: "warning",
    title: "The offer has moved on",
    wayOut: "Its present state is shown.",
  },
  offer_revised: { severity: "warning", title: "The offer was revised", wayOut: "The new version is shown." },
  offer_expired: {
    severity: "info",
    title: "The offer has expired",
    wayOut: "Send a new one if it is still wanted.",
  },
  already_sent: {
    severity: "info",
    title: "It was sent already",
    wayOut: "Write another message to correct it.",
  },
  too_large: { severity: "error", title: "This is too large", wayOut: "Send a smaller file or split it." },
  storage_failed: {
    severity: "error",
    title: "It could not be kept on this computer",
    wayOut: "Free some space on the disk, then try again. What you typed is still here.",
  },
  notifications_refused: {
    severity: "warning",
    title: "The system shows no notifications",
    wayOut: "Notices appear here in the app. Settings can send a test.",
  },
  platform_trouble: {
    severity: "warning",
    title: "The platform has trouble",
    wayOut: "It is tried again by itself.",
  },
  internal: {
    severity: "error",
    title: "Something failed on this computer",
    wayOut: "Nothing typed is lost. Copy the diagnostics in Settings and ask for help.",
  },
};

/** An error in words. */
export function words(error: ApiError): Words & { detail: string } {
  const known = TABLE[error.code] ?? TABLE.internal;
  return { ...known, detail: known.isWhole ? "" : error.detail };
}

/** What is wrong with one field, or nothing. */
export function fieldMessage(error: ApiError | null, pointer: string): string {
  const found = error?.fields.filter(
    (field) => field.pointer === pointer || field.pointer.startsWith(`${pointer}/`),
  );
  return found?.map((field) => field.message).join(" ") ?? "";
}
