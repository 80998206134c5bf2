import { expect, test } from "vitest";
import { OFFER_STATE, offerState, queueStatus } from "./status";

test("no two states of an offer share their word", () => {
  const words = Object.values(OFFER_STATE).map((look) => look.word);
  expect(new Set(words).size).toBe(words.length);
});

test("an offer that is not sent yet says so", () => {
  expect(offerState(null).word).toBe("Waiting to be sent");
  expect(offerState("held")).toBe(OFFER_STATE.held);
});

test("a question that another holds names who", () => {
  expect(queueStatus({ kind: "locked_by_other" }, "Mira").word).toBe("With Mira");
  expect(queueStatus({ kind: "locked_by_other" }, null).word).toBe("With another expert");
  expect(queueStatus({ kind: "offer", state: "accepted" }, null)).toBe(OFFER_STATE.accepted);
});
