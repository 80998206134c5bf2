// A conversation as the desk gives it, for the tests.
import type { ConversationView, MessageView } from "../../bindings";

export const MESSAGE: MessageView = {
  id: "message-1",
  kind: "answer",
  author_name: "Daniel Okafor",
  author_initials: "DO",
  is_mine: true,
  text_html: "<p>He <strong>may not</strong>.</p>",
  attachments: [],
  sent_at: "2026-11-23T10:10:00Z",
  delivery: { kind: "sent" },
};

export const VIEW: ConversationView = {
  question_id: "question-1",
  number: 48001,
  title: "Can he keep our domain?",
  category_name: "Legal",
  text_html: "<p>I paid the last invoice.</p>",
  attachments: [],
  asked_at: "2026-11-23T10:00:00Z",
  state: "open",
  lock: { state: "free", holder_name: null, expires_at: null, warns_at: null },
  customer: {
    name: "Helen Marsh",
    first_name: "Helen",
    initials: "HM",
    customer_since: "2023-03-01T00:00:00Z",
    question_count: 5,
    time_zone: null,
  },
  customer_viewed_at: null,
  messages: [],
  unread_from: null,
  happenings: [],
  rating: null,
  checklist: {
    steps: (["locked", "scope_clear", "answered", "confirmed", "offered"] as const).map((kind) => ({
      kind,
      is_done: false,
      done_at: null,
    })),
    blocker: "lock_first",
  },
  offers: [],
  may_write: true,
  draft: {
    kind: "answer",
    text: "",
    preview_html: "",
    announces_offer: false,
    attachments: [],
    saved_at: null,
  },
  has_offer_draft: false,
  phrases: [],
};

/** The conversation with some of it otherwise. */
export const viewWith = (more: Partial<ConversationView> = {}): ConversationView => ({
  ...structuredClone(VIEW),
  ...more,
});
