// A dialog's view as the desk gives it, for the tests.
import type { OfferDialogView, OfferFields } from "../../bindings";

export const FIELDS: OfferFields = {
  kind: "letter_templates",
  title: "Letter before action",
  deliverables: ["A letter"],
  price_text: "145.00",
  currency: "GBP",
  delivery_time: { count: 2, unit: "working_days" },
  expires_at: null,
  note: "",
  call_slots: [],
};

export const VIEW: OfferDialogView = {
  draft_id: "draft-1",
  question_id: "question-1",
  question_number: 48001,
  question_title: "Can he keep our domain?",
  customer_name: "Helen Marsh",
  customer_first_name: "Helen",
  revises: null,
  revision: null,
  customer_zone: "Asia/Tokyo",
  fields: FIELDS,
  problems: [],
  notices: [],
  blocker: null,
  preview: {
    kind_label: "Letter templates",
    title: "Letter before action",
    price_text: "£145.00",
    expert_name: "Daniel Okafor",
    deliverables: ["A letter"],
    delivery_text: "Within 2 working days of accepting",
    expires_text: null,
    zone_name: "Asia/Tokyo",
    note_html: "",
    call_slots: [],
    words: {
      state: "Awaiting you",
      state_text: "You pay nothing unless you accept.",
      receive: "You will receive",
      whole_price: "Whole price",
      delivery: "Delivery",
      open_until: "Open until",
      choose_call_slot: "Choose a time for the call (Asia/Tokyo)",
      accept: "Accept for £145.00",
      nothing_chosen: "That is the whole price.",
      not_now: "Not now, keep it on my list",
      decline: "Decline",
    },
    email_subject: "Daniel Okafor has a message for you",
    email_text: "Hello Helen Marsh,",
  },
  net_text: "£116.00",
  price_hint: null,
  kinds: [
    { kind: "letter_templates", label: "Letter templates", is_call: false, blocker: null },
    { kind: "follow_up_call", label: "Follow-up phone call", is_call: true, blocker: null },
  ],
  templates: [
    { id: "own-1", name: "Domain pack", kind: "letter_templates", is_starter: false },
    { id: "own-2", name: "Appeal letter", kind: "letter_templates", is_starter: false },
    { id: "starter:follow_up_call", name: "Follow-up phone call", kind: "follow_up_call", is_starter: true },
    { id: "starter:letter_templates", name: "Letter templates", kind: "letter_templates", is_starter: true },
  ],
  placeholders: [
    { word: "{customer}", value: "Helen" },
    { word: "{question}", value: "Can he keep our domain?" },
  ],
  currencies: [
    { code: "GBP", min_text: "£5.00", max_text: "£2,500.00" },
    { code: "EUR", min_text: "€5.00", max_text: "€2,500.00" },
  ],
  expiries: [{ days: 7, expires_at: "2026-11-30T14:59:59.999Z" }],
  sizes: {
    title_max_chars: 80,
    deliverable_max_chars: 200,
    deliverables_max: 20,
    note_max_chars: 300,
    call_slots_max: 3,
  },
  saved_at: "2026-11-23T11:08:00Z",
  phase: { kind: "editing" },
};

/** The view with some of it otherwise. */
export const viewWith = (more: Partial<OfferDialogView> = {}): OfferDialogView => ({
  ...structuredClone(VIEW),
  ...more,
});
