// What is done in the Request Centre.
import { tick } from "svelte";
import type { OfferAction, RequestView } from "../../bindings";
import { t } from "../../i18n";
import type { Shortcut } from "../../shared/shortcuts";
import type { Context } from "./context";

const VIEWS: RequestView[] = ["all_open", "needs_you", "waiting", "in_progress", "done"];

export function requestActions({ desk, screen, offer }: Context): Shortcut[] {
  const { centre } = desk;
  const isAtRequests = () => desk.place === "requests";
  const may = (action: OfferAction) => () => offer()?.actions.includes(action) ?? false;
  const extend = async (by: 1 | -1) => {
    const to = await centre.extendSelection(by);
    await tick();
    // Not opened: that would mark it as read.
    if (to) screen.focus(`rc-open-${to}`);
  };
  return [
    ...VIEWS.map((view, index): Shortcut => ({
      id: `requests-${view}`,
      group: "Move",
      key: String(index + 1),
      place: "requests",
      name: t(`action.requests_${view}`),
      can: isAtRequests,
      run: () => void centre.choose(view),
    })),

    {
      id: "show-question",
      group: "Offer",
      key: "q",
      place: "requests",
      name: t("action.show_question"),
      can: () => offer() !== null,
      run: () => {
        const id = offer()?.question_id;
        if (id) void desk.openQuestion(id);
      },
    },
    {
      id: "start",
      group: "Offer",
      key: "s",
      place: "requests",
      name: t("action.start"),
      can: may("start"),
      run: () => (centre.asks = "start"),
    },
    {
      id: "deliver",
      group: "Offer",
      key: "d",
      place: "requests",
      name: t("action.deliver"),
      can: may("deliver"),
      run: () => (centre.asks = "deliver"),
    },
    {
      id: "revise",
      group: "Offer",
      key: "v",
      place: "requests",
      name: t("action.revise"),
      can: may("revise"),
      run: () => {
        const shown = offer();
        if (shown) void desk.offer(shown.offer_id, shown.question_id);
      },
    },
    {
      id: "cancel",
      group: "Offer",
      key: "c",
      place: "requests",
      name: t("action.cancel"),
      can: may("cancel"),
      run: () => (centre.asks = "cancel"),
    },
    {
      // Not on a single letter: nobody withdraws an offer by a slip.
      id: "withdraw",
      group: "Offer",
      key: "Backspace",
      mod: true,
      shift: true,
      place: "requests",
      name: t("action.withdraw"),
      can: may("withdraw"),
      run: () => (centre.asks = "withdraw"),
    },
    {
      id: "remind",
      group: "Offer",
      key: "r",
      place: "requests",
      name: t("action.remind"),
      can: () => may("remind")() && offer()?.reminder?.blocker === null,
      run: () => (centre.asks = "remind"),
    },
    {
      id: "select",
      group: "Move",
      key: "x",
      place: "requests",
      name: t("action.select"),
      can: () => offer() !== null,
      run: () => centre.toggleShown(),
    },
    {
      id: "select-all",
      group: "Move",
      key: "*",
      place: "requests",
      name: t("action.select_all"),
      can: () => isAtRequests() && centre.lines.rowCount > 0,
      run: () => centre.toggleAll(),
    },
    {
      id: "clear-filter",
      group: "Move",
      key: "0",
      place: "requests",
      name: t("action.clear_filter"),
      can: () => isAtRequests() && centre.isFiltered,
      run: () => void centre.clearFilter(),
    },
    ...([1, -1] as const).map((by): Shortcut => ({
      id: by > 0 ? "select-down" : "select-up",
      group: "Move",
      key: by > 0 ? "ArrowDown" : "ArrowUp",
      shift: true,
      place: "requests",
      name: t(by > 0 ? "action.select_down" : "action.select_up"),
      can: () => offer() !== null,
      run: () => void extend(by),
    })),
    {
      id: "mark-read",
      group: "Offer",
      key: "b",
      place: "requests",
      name: t("action.mark_read"),
      can: () => isAtRequests() && centre.selectedCount > 0,
      run: () => void centre.markRead(),
    },
  ];
}
