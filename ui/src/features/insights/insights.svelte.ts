import type { ApiError, InsightsExported, InsightsPeriod, InsightsView } from "../../bindings";
import { asApiError, request } from "../../host";
import { t } from "../../i18n";

/** The periods, in the order of their keys. */
export const PERIODS: InsightsPeriod[] = ["days30", "days90", "months12", "all"];

/** How the expert's offers fared, in a period. */
export class Insights {
  view = $state<InsightsView | null>(null);
  period = $state<InsightsPeriod>("days90");
  /** Whether every chart is shown as its table. */
  asTable = $state(false);
  saved = $state<InsightsExported | null>(null);
  error = $state<ApiError | null>(null);
  isBusy = $state(false);
  #latest = 0;

  async load() {
    const mine = ++this.#latest;
    try {
      const view = await request("insights_show", { period: this.period });
      if (mine !== this.#latest) return;
      this.view = view;
      this.error = null;
    } catch (error) {
      if (mine === this.#latest) this.error = asApiError(error);
    }
  }

  async choose(period: InsightsPeriod) {
    this.period = period;
    this.saved = null;
    await this.load();
  }

  /** Nothing of another account's stays. */
  forget() {
    this.#latest++;
    this.view = null;
    this.saved = null;
    this.error = null;
  }

  async exportCsv() {
    if (this.isBusy) return;
    this.isBusy = true;
    this.saved = null;
    try {
      this.saved = await request("insights_export", { period: this.period });
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.isBusy = false;
    }
  }
}

/** `40 min`, `5 h`, `3 days`. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return t("insights.minutes", { n: minutes });
  const hours = Math.round(minutes / 60);
  if (hours < 48) return t("insights.hours", { n: hours });
  return t("insights.days", { count: Math.round(hours / 24) });
}
