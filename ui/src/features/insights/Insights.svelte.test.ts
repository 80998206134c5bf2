import { flushSync } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { InsightsView } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { Insights } from "./insights.svelte";
import InsightsPage from "./Insights.svelte";
import { counts, NONE, SOME } from "./sample";

afterEach(() => vi.unstubAllGlobals());

async function page(view: InsightsView) {
  const desk = new ScriptedDesk({ insights_show: () => view });
  const insights = new Insights();
  const made = shown(InsightsPage, { insights });
  await vi.waitFor(() => expect(insights.view).not.toBeNull());
  flushSync();
  return { desk, insights, ...made };
}

test("every chart has its table, whether it is shown or not", async () => {
  const { insights, target } = await page(SOME);
  const charts = target.querySelectorAll("svg.chart").length;
  expect(charts).toBe(7);
  const tables = () => [...target.querySelectorAll("table")];
  expect(tables()).toHaveLength(charts);
  for (const chart of target.querySelectorAll("svg.chart"))
    expect(chart.getAttribute("aria-hidden")).toBe("true");
  expect(tables().every((table) => table.parentElement?.classList.contains("vh"))).toBe(true);
  insights.asTable = true;
  flushSync();
  expect(target.querySelectorAll("svg.chart")).toHaveLength(0);
  expect(tables()).toHaveLength(charts);
  expect(tables().some((table) => table.parentElement?.classList.contains("vh"))).toBe(false);
});

test("currencies have charts of their own and offers without a template say so", async () => {
  const { target } = await page(SOME);
  expect(target.querySelectorAll('[data-testid="insights-earnings"]')).toHaveLength(2);
  expect(target.textContent).toContain("GBP November");
  expect(target.textContent).toContain("JPY November");
  expect(target.textContent).toContain("No template recorded");
});

test("who has no offers yet is told what will be here", async () => {
  const { target } = await page(NONE);
  expect(target.querySelector('[data-testid="insights-empty"]')).not.toBeNull();
  expect(target.querySelector("table")).toBeNull();
  const button = target.querySelector<HTMLButtonElement>('[data-testid="insights-export"]');
  expect(button?.disabled).toBe(true);
});

test("until the answer is here the page is busy and says nothing of offers", () => {
  new ScriptedDesk({ insights_show: () => later().promise });
  const { target, has } = shown(InsightsPage, { insights: new Insights() });
  expect(target.querySelector('[aria-busy="true"]')).not.toBeNull();
  expect([has("insights-empty"), has("insights-sent")]).toEqual([false, false]);
});

test("a period without offers says so and keeps its choices; another is asked for by its button", async () => {
  const quiet = {
    ...SOME,
    counts: counts(0, 0),
    earnings: [],
    accept_median_seconds: null,
    accept_p90_seconds: null,
  };
  const { desk, has, press, find } = await page(quiet);
  expect([has("insights-empty-period"), has("insights-no-earnings"), has("insights-median")]).toEqual([
    true,
    true,
    false,
  ]);
  press("insights-all");
  await vi.waitFor(() => expect(desk.last("insights_show")).toEqual({ period: "all" }));
  expect(find("insights-all").getAttribute("aria-pressed")).toBe("true");
});

test("an export says where it went, a failed one why", async () => {
  const { desk, press, find, has } = await page(SOME);
  desk.answers.insights_export = () => ({ path: "/home/daniel/offers.csv", offer_count: 3 });
  press("insights-export");
  await vi.waitFor(() => expect(find("insights-saved").textContent).toContain("offers.csv"));
  desk.answers.insights_export = () => {
    throw refusal("storage_failed");
  };
  press("insights-export");
  await vi.waitFor(() => expect(has("error-banner")).toBe(true));
});
