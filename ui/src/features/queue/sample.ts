// A row of the queue as the desk gives it, for the tests.
import type { QueueRow } from "../../bindings";

export const ROW: QueueRow = {
  question_id: "question-1",
  number: 48001,
  category_name: "Legal",
  title: "Can he keep our domain?",
  customer_name: "Helen M.",
  last_activity_at: "2026-11-23T10:00:00Z",
  is_unread: false,
  status: { kind: "open" },
  lock_expires_at: null,
  lock_holder_name: null,
  is_pending: false,
  is_failed: false,
};
