import type { ApiError, ApiErrorCode, FieldProblem } from "../bindings";
import { spokenLanguage, t } from "../i18n";

/** How loud an error is. */
export type Severity = "info" | "warning" | "error";

interface Tone {
  severity: Severity;
  /** Whether its words are all there is to say: what the platform said would only repeat them. */
  isWhole?: boolean;
}

/** An error as it is shown. */
export interface Words {
  severity: Severity;
  /** What is so. */
  title: string;
  /** What to do. */
  wayOut: string;
  /** What the platform or the desk said besides. */
  detail: string;
}

/** The words for every code: the one place where they are. */
/** How loud each code is; its words are in the catalogue, under its name. */
const TABLE: Record<ApiErrorCode, Tone> = {
  malformed_request: { severity: "error" },
  invalid_fields: { severity: "error" },
  sign_in_needed: { severity: "warning" },
  wrong_credentials: { severity: "error", isWhole: true },
  code_needed: { severity: "info", isWhole: true },
  too_many_requests: { severity: "warning" },
  not_an_expert: { severity: "error" },
  offline: { severity: "info" },
  not_a_platform: { severity: "error" },
  protocol_mismatch: { severity: "error" },
  not_found: { severity: "warning" },
  forbidden: { severity: "error" },
  lock_held: { severity: "warning" },
  lock_not_held: { severity: "warning" },
  question_closed: { severity: "info" },
  answer_first: { severity: "warning" },
  not_your_question: { severity: "warning" },
  offer_state_conflict: { severity: "warning" },
  offer_revised: { severity: "warning" },
  offer_expired: { severity: "info" },
  reminder_not_allowed: { severity: "info" },
  already_sent: { severity: "info" },
  too_large: { severity: "error" },
  storage_failed: { severity: "error" },
  notifications_refused: { severity: "warning" },
  system_refused: { severity: "warning" },
  platform_trouble: { severity: "warning" },
  internal: { severity: "error" },
};

/** An error in words. */
export function words(error: ApiError): Words {
  const code = error.code in TABLE ? error.code : "internal";
  const { severity, isWhole } = TABLE[code];
  return {
    severity,
    title: t(`error.${code}_title`),
    wayOut: t(`error.${code}_way`),
    detail: isWhole ? "" : error.detail,
  };
}

/** What is wrong with a field. The platform's own words say the most, but are English. */
export function fieldWords(field: FieldProblem): string {
  return spokenLanguage() === "en"
    ? field.message
    : t(`error.field_${field.code}`, { limit: field.limit ?? "" });
}

/** What is wrong with one field, or nothing. */
export function fieldMessage(error: ApiError | null, pointer: string): string {
  const found = error?.fields.filter(
    (field) => field.pointer === pointer || field.pointer.startsWith(`${pointer}/`),
  );
  return found?.map(fieldWords).join(" ") ?? "";
}
