import type { ConversationView, HappeningView, MessageView, RatingView } from "../../bindings";

/** What stands in the thread, top to bottom. */
export type ThreadItem =
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "message"; key: string; message: MessageView; isLastSeen: boolean }
  | { kind: "happening"; key: string; happening: HappeningView }
  | { kind: "rating"; key: string; rating: RatingView };

type Timed = { at: string; item: Exclude<ThreadItem, { kind: "day" | "unread" }> };

/** The parts of a conversation that its thread is made of. */
export type Threaded = Pick<
  ConversationView,
  "asked_at" | "messages" | "happenings" | "rating" | "customer_viewed_at"
>;

/**
 * Messages, what happened to offers and the rating in the order of time, with dividers where a day begins and where the
 * unread begins. What waits to be sent stands last. Days are those of the reader.
 */
export function threadOf(view: Threaded, unreadFrom: string | null): ThreadItem[] {
  const seen = lastSeen(view);
  const ofMessage = (message: MessageView): Timed => ({
    at: message.sent_at,
    item: { kind: "message", key: message.id, message, isLastSeen: message === seen },
  });
  const sent = view.messages.filter((message) => message.delivery.kind === "sent").map(ofMessage);
  const waiting = view.messages.filter((message) => message.delivery.kind !== "sent").map(ofMessage);
  const happened = view.happenings.map((happening): Timed => ({
    at: happening.at,
    item: { kind: "happening", key: happening.id, happening },
  }));
  const rated = view.rating
    ? [{ at: view.rating.rated_at, item: { kind: "rating" as const, key: "rating", rating: view.rating } }]
    : [];
  const past = [...sent, ...happened, ...rated].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

  const items: ThreadItem[] = [];
  let day = new Date(view.asked_at).toDateString();
  for (const { at, item } of [...past, ...waiting]) {
    const its = new Date(at).toDateString();
    if (its !== day) items.push({ kind: "day", key: `day ${its} ${item.key}`, at });
    day = its;
    if (item.kind === "message" && item.message.id === unreadFrom)
      items.push({ kind: "unread", key: "unread" });
    items.push(item);
  }
  return items;
}

/** Letters of a thread that are more than is in sight at once, and lines that are. */
const LETTERS_IN_SIGHT = 4_000;
const ITEMS_IN_SIGHT = 12;

/** From which item on a thread is in sight when it is opened: where the unread begins, else its end. */
export function inSightFrom(items: ThreadItem[]): number {
  const unread = items.findIndex((item) => item.kind === "unread");
  if (unread >= 0) return Math.max(0, unread - 1);
  let from = items.length;
  for (let letters = 0; from > 0 && letters < LETTERS_IN_SIGHT && items.length - from < ITEMS_IN_SIGHT;) {
    from -= 1;
    const item = items[from];
    letters += item?.kind === "message" ? item.message.text_html.length : 0;
  }
  return from;
}

/** The newest of the expert's own messages that the customer has looked at since. */
function lastSeen({ messages, customer_viewed_at }: Threaded): MessageView | undefined {
  if (customer_viewed_at === null) return undefined;
  return messages.findLast(
    (message) =>
      message.is_mine &&
      message.delivery.kind === "sent" &&
      Date.parse(message.sent_at) <= Date.parse(customer_viewed_at),
  );
}
