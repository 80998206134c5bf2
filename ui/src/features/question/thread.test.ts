import { expect, test } from "vitest";
import type { HappeningView, MessageView } from "../../bindings";
import { inSightFrom, threadOf, type ThreadItem, type Threaded } from "./thread";

const message = (id: string, sent_at: string, is_mine = true, kind = "sent") =>
  ({ id, sent_at, is_mine, delivery: { kind } }) as MessageView;
const happening = (id: string, at: string) => ({ id, at, kind: "held" }) as HappeningView;
const view = (part: Partial<Threaded>): Threaded => ({
  asked_at: "2026-11-20T12:00:00",
  messages: [],
  happenings: [],
  rating: null,
  customer_viewed_at: null,
  ...part,
});
const shown = (part: Partial<Threaded>, unreadFrom: string | null = null) =>
  threadOf(view(part), unreadFrom).map((item) => ("at" in item ? item.kind : item.key));

test("a day is marked where it begins, and the day of the question is not", () => {
  const messages = [
    message("a", "2026-11-20T13:00:00"),
    message("b", "2026-11-21T09:00:00"),
    message("c", "2026-11-21T10:00:00"),
  ];
  expect(shown({ messages })).toEqual(["a", "day", "b", "c"]);
});

test("what happened to an offer stands between the messages before and after it", () => {
  const messages = [message("a", "2026-11-20T13:00:00"), message("b", "2026-11-20T15:00:00")];
  const happenings = [happening("held", "2026-11-20T14:00:00")];
  const rating = { stars: 5, comment_html: "", rated_at: "2026-11-20T16:00:00" };
  expect(shown({ messages, happenings, rating })).toEqual(["a", "held", "b", "rating"]);
});

test("what waits to be sent stands last, whatever its time", () => {
  const messages = [
    message("waiting", "2026-11-20T13:00:00", true, "waiting"),
    message("reply", "2026-11-20T13:30:00", false),
  ];
  expect(shown({ messages })).toEqual(["reply", "waiting"]);
});

test("the unread begins before its first message", () => {
  const messages = [message("a", "2026-11-20T13:00:00"), message("b", "2026-11-21T13:00:00", false)];
  expect(shown({ messages }, "b")).toEqual(["a", "day", "unread", "b"]);
  expect(shown({ messages })).not.toContain("unread");
});

test("the newest own message that arrived before the customer looked is the one seen", () => {
  const messages = [
    message("a", "2026-11-20T13:00:00"),
    message("b", "2026-11-20T14:00:00"),
    message("theirs", "2026-11-20T14:30:00", false),
    message("later", "2026-11-20T16:00:00"),
    message("waiting", "2026-11-20T14:40:00", true, "undoable"),
  ];
  const seen = (customer_viewed_at: string) =>
    threadOf(view({ messages, customer_viewed_at }), null)
      .filter((item) => item.kind === "message" && item.isLastSeen)
      .map((item) => item.key);
  expect(seen("2026-11-20T15:00:00")).toEqual(["b"]);
  expect(seen("2026-11-20T17:00:00")).toEqual(["later"]);
  expect(seen("2026-11-20T12:30:00")).toEqual([]);
});

test("what is in sight at first is the end, as much as a window shows, or all that is unread", () => {
  const long = (id: string): ThreadItem => ({
    kind: "message",
    key: id,
    message: { id, text_html: "x".repeat(1_000) } as MessageView,
    isLastSeen: false,
  });
  const short = (id: string): ThreadItem => ({ kind: "day", key: id, at: "2026-11-20T13:00:00" });
  const many = (item: (id: string) => ThreadItem, count: number) =>
    Array.from({ length: count }, (_, at) => item(`${at}`));
  expect(inSightFrom([])).toBe(0);
  expect(inSightFrom(many(long, 3))).toBe(0);
  expect(inSightFrom(many(long, 10))).toBe(6);
  expect(inSightFrom(many(short, 40))).toBe(28);
  expect(inSightFrom([...many(long, 5), { kind: "unread", key: "unread" }, ...many(long, 20)])).toBe(4);
});
