// Insights as the desk gives them, for the tests.
import type { InsightsCounts, InsightsEarnings, InsightsView } from "../../bindings";

export const counts = (sent: number, accepted: number): InsightsCounts => ({
  sent,
  viewed: sent,
  accepted,
  accepted_percent: sent ? Math.round((100 * accepted) / sent) : null,
});

export const money = (minor: number, text: string) => ({
  minor,
  text,
  net_minor: minor,
  net_text: `net ${text}`,
});

/** Earnings of some months, each of so much in the smallest unit. */
export const earnings = (currency: string, ...minors: number[]): InsightsEarnings => ({
  currency,
  accepted: money(
    minors.reduce((sum, one) => sum + one, 0),
    `${currency} sum`,
  ),
  completed: money(0, `${currency} none`),
  months: minors.map((minor, index) => ({
    month: `2026-${String(index + 1).padStart(2, "0")}`,
    accepted: money(minor, `${currency} ${minor}`),
    completed: money(0, `${currency} none`),
  })),
});

/** Some offers in two currencies. */
export const SOME: InsightsView = {
  period: "days90",
  has_offers: true,
  counts: counts(3, 2),
  accept_median_seconds: 3_600 * 5,
  accept_p90_seconds: 3_600 * 72,
  kinds: [{ kind: "letter_templates", counts: counts(3, 2) }],
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
/** Before the first offer. */
export const NONE: InsightsView = {
  ...SOME,
  has_offers: false,
  counts: counts(0, 0),
  kinds: [],
  templates: [],
  categories: [],
  prices: [],
  earnings: [],
};
