import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { InsightsCounts, InsightsView } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { duration, Insights } from "./insights.svelte";
import InsightsPage from "./Insights.svelte";

const counts = (sent: number, accepted: number): InsightsCounts => ({
  sent,
  viewed: sent,
  accepted,
  accepted_percent: sent ? Math.round((100 * accepted) / sent) : null,
});
const money = (minor: number, text: string) => ({ minor, text, net_minor: minor, net_text: text });

const some: InsightsView = {
  period: "days90",
  has_offers: true,
  counts: counts(3, 2),
  accept_median_seconds: 3_600 * 5,
  accept_p90_seconds: 3_600 * 72,
  kinds: [{ kind: "letter_templates", kind_label: "Letter templates", counts: counts(3, 2) }],
  templates: [{ name: null, counts: counts(3, 2) }],
  categories: [{ name: "Legal", counts: counts(3, 2) }],
  prices: [
    { currency: "GBP", bands: [{ from_text: "£100.00", below_text: "£200.00", counts: counts(2, 1) }] },
    { currency: "JPY", bands: [{ from_text: "¥50,000", below_text: null, counts: counts(1, 1) }] },
  ],
  earnings: ["GBP", "JPY"].map((currency) => ({
    currency,
    accepted: money(14_500, `${currency} sum`),
    completed: money(0, `${currency} none`),
    months: [
      {
        month: "2026-11",
        accepted: money(14_500, `${currency} November`),
        completed: money(0, `${currency} none`),
      },
    ],
  })),
};
const none: InsightsView = {
  ...some,
  has_offers: false,
  counts: counts(0, 0),
  kinds: [],
  templates: [],
  categories: [],
  prices: [],
  earnings: [],
};

beforeEach(() => {
  // jsdom lays nothing out.
  class NoLayout {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  vi.stubGlobal("ResizeObserver", NoLayout);
});

afterEach(() => vi.unstubAllGlobals());

async function page(view: InsightsView) {
  new ScriptedDesk({ insights_show: () => view });
  const insights = new Insights();
  const target = document.createElement("div");
  const shown = mount(InsightsPage, { target, props: { insights } });
  flushSync();
  await vi.waitFor(() => expect(insights.view).not.toBeNull());
  flushSync();
  return { insights, target, close: () => unmount(shown) };
}

test("every chart has its table, whether it is shown or not", async () => {
  const { insights, target, close } = await page(some);
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
  await close();
});

test("currencies have charts of their own and offers without a template say so", async () => {
  const { target, close } = await page(some);
  expect(target.querySelectorAll('[data-testid="insights-earnings"]')).toHaveLength(2);
  expect(target.textContent).toContain("GBP November");
  expect(target.textContent).toContain("JPY November");
  expect(target.textContent).toContain("No template recorded");
  await close();
});

test("who has no offers yet is told what will be here", async () => {
  const { target, close } = await page(none);
  expect(target.querySelector('[data-testid="insights-empty"]')).not.toBeNull();
  expect(target.querySelector("table")).toBeNull();
  const button = target.querySelector<HTMLButtonElement>('[data-testid="insights-export"]');
  expect(button?.disabled).toBe(true);
  await close();
});

test("a slow answer of an earlier period does not win", async () => {
  const slow = later<InsightsView>();
  new ScriptedDesk({ insights_show: ({ period }) => (period === "days90" ? slow.promise : none) });
  const insights = new Insights();
  const first = insights.load();
  await insights.choose("all");
  slow.give(some);
  await first;
  expect(insights.view?.has_offers).toBe(false);
});

test("an export says where it went, and a failed one says why", async () => {
  const desk = new ScriptedDesk({
    insights_show: () => some,
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
