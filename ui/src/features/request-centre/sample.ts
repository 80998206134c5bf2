// The Request Centre as the desk gives it, for the tests.
import type { OfferRow, OfferView, RequestCentreView, SupportRequestView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { RequestCentre } from "./request-centre.svelte";

export const OFFER: OfferView = {
  offer_id: "offer-1",
  number: 2001,
  question_id: "question-1",
  question_number: 48001,
  question_title: "Can he keep our domain?",
  customer_name: "Helen Marsh",
  customer_first_name: "Helen",
  version: 1,
  state: "in_progress",
  kind: "letter_templates",
  title: "Letter before action",
  deliverables: ["A letter, ready to sign"],
  amount_text: "£145.00",
  net_text: "£116.00",
  delivery_time: { count: 2, unit: "working_days" },
  due_at: null,
  expires_at: null,
  note_html: "",
  call_slots: [],
  chosen_call_slot: null,
  viewed_at: null,
  remind_at: null,
  reminded_at: null,
  reminder: null,
  email_failed: false,
  decline_reason: null,
  cancel_reason: null,
  delivery: null,
  completes_at: null,
  history: [],
  actions: ["deliver", "cancel"],
  delivery_draft: { message: "", is_call_outcome: false, attachments: [], saved_at: null },
  pending: null,
};

export const ROW: OfferRow = {
  offer_id: "offer-1",
  question_id: "question-1",
  number: 2001,
  title: "Letter before action",
  kind: "letter_templates",
  customer_name: "Helen Marsh",
  state: "sent",
  is_failed: false,
  is_pending: false,
  amount_text: "£145.00",
  next_date: null,
  viewed_at: null,
  is_unread: false,
};

export const HELP: SupportRequestView = {
  id: "support-1",
  question_id: "question-1",
  question_number: 48001,
  subject: "Refund",
  text_html: "<p>Please look.</p>",
  requested_at: "2026-11-20T10:00:00Z",
  state: "open",
  reply_html: null,
  replied_at: null,
  pending: null,
};

/** The list with some of it otherwise. */
export const listWith = (more: Partial<RequestCentreView> = {}): RequestCentreView => ({
  views: (["all_open", "needs_you", "waiting", "in_progress", "done"] as const).map((view, count) => ({
    view,
    count,
    amount_texts: ["£145.00"],
  })),
  groups: [],
  choices: {
    kinds: [{ kind: "letter_templates", label: "Letter templates" }],
    states: ["sent", "accepted"],
    categories: [{ category_id: "category-1", name: "Legal" }],
    currencies: ["GBP", "JPY"],
  },
  support_requests: [],
  unread_count: 0,
  selected_ids: [],
  ...more,
});

/** A Request Centre over a scripted desk, with this list. */
export async function centreWith(
  more: Partial<RequestCentreView> = {},
  answers: ConstructorParameters<typeof ScriptedDesk>[0] = {},
) {
  const desk = new ScriptedDesk({
    request_centre_list: ({ selected_ids }) => ({ ...listWith(more), selected_ids }),
    offer_show: () => OFFER,
    ...answers,
  });
  const centre = new RequestCentre();
  await centre.load();
  return { desk, centre };
}
