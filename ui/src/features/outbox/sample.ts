// Entries of the outbox as the desk gives them, for the tests.
import type { OutboxEntryView } from "../../bindings";

export const ENTRY: OutboxEntryView = {
  command_id: "command-1",
  kind: "answer",
  question_id: "question-1",
  offer_id: null,
  summary: "He may not.",
  queued_at: "2026-11-23T10:10:00Z",
  attempts: 0,
  state: { kind: "waiting" },
  is_editable: true,
};
