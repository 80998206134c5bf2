// What is done with the insights.
import { PERIODS } from "../../features/insights/insights.svelte";
import { t } from "../../i18n";
import type { Shortcut } from "../../shared/shortcuts";
import type { Context } from "./context";

export function insightsActions({ desk }: Context): Shortcut[] {
  const { insights } = desk;
  const isAtInsights = () => desk.place === "insights";
  return [
    ...PERIODS.map((period, index): Shortcut => ({
      id: `insights-${period}`,
      group: "Move",
      key: String(index + 1),
      place: "insights",
      name: t(`action.insights_${period}`),
      can: isAtInsights,
      run: () => void insights.choose(period),
    })),
    {
      id: "insights-table",
      group: "Move",
      key: "b",
      place: "insights",
      name: t("action.insights_table"),
      can: isAtInsights,
      run: () => (insights.asTable = !insights.asTable),
    },
    {
      id: "insights-export",
      group: "Desk",
      key: "x",
      place: "insights",
      name: t("action.insights_export"),
      can: () => isAtInsights() && (insights.view?.has_offers ?? false),
      run: () => void insights.exportCsv(),
    },
  ];
}
