// Finding one's way through the questions.
import type { QueueFilter } from "../../bindings";
import { t } from "../../i18n";
import type { Shortcut } from "../../shared/shortcuts";
import type { Context } from "./context";

const FILTERS: QueueFilter[] = ["all", "mine", "waiting"];

export function queueActions({ desk }: Context): Shortcut[] {
  const { queue } = desk;
  const isAtDesk = () => desk.place === "desk";
  return [
    ...FILTERS.map((filter, index): Shortcut => ({
      id: `queue-${filter}`,
      group: "Move",
      key: String(index + 1),
      place: "desk",
      name: t(`action.queue_${filter}`),
      can: isAtDesk,
      run: () => {
        queue.filter = filter;
        void queue.load();
      },
    })),
  ];
}
