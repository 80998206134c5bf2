// What waits to be sent, or was refused: of the message or the offer looked at.
import type { MessageView, OfferPending } from "../../bindings";
import { t } from "../../i18n";
import type { Shortcut } from "../../shared/shortcuts";
import type { Context } from "./context";

export function outboxActions({ desk, question, offer }: Context): Shortcut[] {
  const { conversation } = desk;
  /** The newest message in this state of delivery, and the command that carries it. */
  const carrying = (kind: "undoable" | "failed") => {
    const has = ({ delivery }: MessageView) =>
      delivery.kind === kind || (kind === "undoable" && delivery.kind === "waiting" && delivery.is_editable);
    const delivery = question()?.messages.findLast(has)?.delivery;
    return delivery && "command_id" in delivery ? delivery : null;
  };
  /** The offer looked at, or the newest on the question, of which something waits or was refused. */
  const pending = (kind: "undoable" | "failed") => {
    const fits = ({ pending }: { pending: OfferPending | null }) =>
      pending !== null && pending.is_editable && (pending.error !== null) === (kind === "failed");
    const shown = offer();
    if (shown) return fits(shown) ? shown : null;
    const view = question();
    const found = view?.offers.find(fits);
    return view && found ? { ...found, question_id: view.question_id } : null;
  };
  const canAct = (kind: "undoable" | "failed") => () => carrying(kind) !== null || pending(kind) !== null;
  /** With the message, else with the offer. */
  const toOutbox = (action: "undo" | "retry" | "edit" | "discard", kind: "undoable" | "failed") => () => {
    const delivery = carrying(kind);
    const found = pending(kind);
    if (delivery) {
      const isLate = action === "undo" && delivery.kind === "waiting";
      void conversation.outbox(isLate ? "edit" : action, delivery.command_id);
    } else if (found) void desk.actOnOffer(action === "undo" ? "edit" : action, found);
  };
  return [
    {
      id: "undo-send",
      group: "Question",
      key: "z",
      name: t("action.undo_send"),
      can: canAct("undoable"),
      run: toOutbox("undo", "undoable"),
    },
    {
      id: "retry-send",
      group: "Question",
      key: "t",
      name: t("action.retry_send"),
      can: canAct("failed"),
      run: toOutbox("retry", "failed"),
    },
    {
      id: "edit-send",
      group: "Question",
      key: "y",
      name: t("action.edit_send"),
      can: canAct("failed"),
      run: toOutbox("edit", "failed"),
    },
    {
      // Not on a single key: nobody throws away what they wrote by a slip.
      id: "discard-send",
      group: "Question",
      key: "Delete",
      mod: true,
      shift: true,
      name: t("action.discard_send"),
      can: canAct("failed"),
      run: toOutbox("discard", "failed"),
    },
  ];
}
