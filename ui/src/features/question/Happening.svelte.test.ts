import { expect, test, vi } from "vitest";
import type { HappeningBy, OfferEventKind } from "../../bindings";
import { LONG, shown } from "../../shared/shown";
import Happening from "./Happening.svelte";

const KINDS: OfferEventKind[] = [
  "sent",
  "viewed",
  "held",
  "declined",
  "reconsidered",
  "revised",
  "withdrawn",
  "expired",
  "accepted",
  "started",
  "delivered",
  "completed",
  "cancelled",
];

function happening(kind: OfferEventKind, by: HappeningBy = "customer", title = "Letter", onshow = vi.fn()) {
  const given = {
    id: "event-1",
    kind,
    by,
    at: "2026-11-23T10:00:00Z",
    offer_id: "offer-1",
    title,
    amount_text: "£65.00",
  };
  return shown(Happening, { happening: given, name: "Helen", onshow });
}

test("everything that can happen to an offer has words of its own", () => {
  const told = KINDS.map((kind) => happening(kind).target.querySelector("span")?.textContent);
  expect(new Set(told).size).toBe(KINDS.length);
  expect(told.every((words) => words && !words.includes("{"))).toBe(true);
});

test("it leads to its offer, whose name the button says", () => {
  const onshow = vi.fn();
  const { target, text, press } = happening("accepted", "customer", LONG, onshow);
  expect(text(target.querySelector("button")!)).toContain(LONG);
  press("Show");
  expect(onshow).toHaveBeenCalledWith("offer-1");
});
