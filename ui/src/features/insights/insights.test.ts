import { afterEach, expect, test, vi } from "vitest";
import type { InsightsView } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { duration, Insights } from "./insights.svelte";
import { NONE, SOME } from "./sample";

afterEach(() => vi.unstubAllGlobals());

test("a slow answer of an earlier period does not win", async () => {
  const slow = later<InsightsView>();
  new ScriptedDesk({ insights_show: ({ period }) => (period === "days90" ? slow.promise : NONE) });
  const insights = new Insights();
  const first = insights.load();
  await insights.choose("all");
  slow.give(SOME);
  await first;
  expect(insights.view?.has_offers).toBe(false);
});

test("an export says where it went, and a failed one says why", async () => {
  const desk = new ScriptedDesk({
    insights_show: () => SOME,
    insights_export: () => ({ path: "/home/daniel/Downloads/offers.csv", offer_count: 3 }),
  });
  const insights = new Insights();
  await insights.choose("all");
  await insights.exportCsv();
  expect(desk.last("insights_export")).toEqual({ period: "all" });
  expect(insights.saved?.path).toContain("offers.csv");
  desk.answers.insights_export = () => {
    throw refusal("storage_failed");
  };
  await insights.exportCsv();
  expect(insights.saved).toBeNull();
  expect(insights.error?.code).toBe("storage_failed");
  expect(insights.isBusy).toBe(false);
});

test("times are told in the unit that fits", () => {
  expect([30, 3_600, 3_600 * 5, 3_600 * 47, 3_600 * 60].map(duration)).toEqual([
    "1 min",
    "60 min",
    "5 h",
    "47 h",
    "3 days",
  ]);
});
