import type { MessageView } from "../../bindings";

/** What stands around a message in the thread. */
export interface Marks {
  /** Whether a new day begins with it. */
  startsDay: boolean;
  /** Whether it is the newest of the expert's own that the customer has looked at since. */
  isLastSeen: boolean;
}

type Sent = Pick<MessageView, "id" | "sent_at" | "is_mine"> & { delivery: { kind: string } };

/** The marks of every message, by its id. Days are those of the reader. */
export function marksOf(askedAt: string, messages: Sent[], viewedAt: string | null): Record<string, Marks> {
  const seen =
    viewedAt === null
      ? undefined
      : messages.findLast(
          (message) =>
            message.is_mine &&
            message.delivery.kind === "sent" &&
            Date.parse(message.sent_at) <= Date.parse(viewedAt),
        );
  const marks: Record<string, Marks> = {};
  let day = new Date(askedAt).toDateString();
  for (const message of messages) {
    const its = new Date(message.sent_at).toDateString();
    marks[message.id] = { startsDay: its !== day, isLastSeen: message === seen };
    day = its;
  }
  return marks;
}
