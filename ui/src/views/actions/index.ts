// Every action of the window: the palette, the shortcuts and the sheet are made from this table.
import type { StepKind } from "../../bindings";
import type { Shortcut } from "../../shared/shortcuts";
import type { DeskWindow } from "../desk.svelte";
import type { Context, Screen } from "./context";
import { moveActions, placeActions, windowActions } from "./everywhere";
import { insightsActions } from "./insights";
import { outboxActions } from "./outbox";
import { questionActions } from "./question";
import { queueActions } from "./queue";
import { requestActions } from "./requests";
import { zoomActionsOf } from "./zoom";

export { zoomActionsOf };

/** The action that takes each step to an offer. */
export const STEP_ACTIONS: Record<StepKind, string> = {
  locked: "lock",
  scope_clear: "info-request",
  answered: "answer",
  confirmed: "ask-confirmation",
  offered: "offer",
};

/** The table. */
export function actionsOf(desk: DeskWindow, screen: Screen): Shortcut[] {
  const context: Context = {
    desk,
    screen,
    question: () => (desk.place === "desk" ? desk.conversation.view : null),
    offer: () => (desk.place === "requests" ? desk.centre.offer : null),
    look: (typed) => {
      desk.sheet = "palette";
      void desk.search.open(table, typed);
    },
  };
  const table: Shortcut[] = [
    ...moveActions(context),
    ...queueActions(context),
    ...questionActions(context),
    ...outboxActions(context),
    ...requestActions(context),
    ...insightsActions(context),
    ...placeActions(context),
    ...windowActions(context),
    ...zoomActionsOf(desk),
  ];
  return table;
}
