import { expect, test } from "vitest";
import { marksOf } from "./thread";

const message = (id: string, sent_at: string, is_mine = true, kind = "sent") => ({
  id,
  sent_at,
  is_mine,
  delivery: { kind },
});
const ASKED = "2026-11-20T12:00:00";

test("a day is marked at its first message, and the day of the question is not", () => {
  const marks = marksOf(
    ASKED,
    [
      message("a", "2026-11-20T13:00:00"),
      message("b", "2026-11-21T09:00:00"),
      message("c", "2026-11-21T10:00:00"),
    ],
    null,
  );
  expect(Object.values(marks).map(({ startsDay }) => startsDay)).toEqual([false, true, false]);
  expect(Object.values(marks).some(({ isLastSeen }) => isLastSeen)).toBe(false);
});

test("the newest own message that arrived before the customer looked is the one seen", () => {
  const messages = [
    message("a", "2026-11-20T13:00:00"),
    message("b", "2026-11-20T14:00:00"),
    message("theirs", "2026-11-20T14:30:00", false),
    message("waiting", "2026-11-20T14:40:00", true, "undoable"),
    message("later", "2026-11-20T16:00:00"),
  ];
  const seen = (at: string) =>
    Object.entries(marksOf(ASKED, messages, at))
      .filter(([, { isLastSeen }]) => isLastSeen)
      .map(([id]) => id);
  expect(seen("2026-11-20T15:00:00")).toEqual(["b"]);
  expect(seen("2026-11-20T17:00:00")).toEqual(["later"]);
  expect(seen("2026-11-20T12:30:00")).toEqual([]);
});
