import type { HappeningBy, OfferEventKind } from "../../bindings";
import type { Key } from "../../i18n";
import type { IconName } from "../../shared/icon-names";

const ICONS: Record<OfferEventKind, IconName> = {
  sent: "send",
  viewed: "eye",
  held: "bookmark",
  declined: "x-circle",
  reconsidered: "undo",
  revised: "send",
  withdrawn: "undo",
  expired: "clock",
  accepted: "check-circle",
  started: "clock",
  delivered: "send",
  completed: "check",
  cancelled: "x-circle",
};

/** How something that happened to an offer is told: its icon and its words. */
export function happeningLook(kind: OfferEventKind, by: HappeningBy): { icon: IconName; words: Key } {
  const icon = ICONS[kind];
  if (by === "moderator" && (kind === "withdrawn" || kind === "cancelled"))
    return { icon, words: `thread.${kind}_moderator` };
  if (by === "clock" && kind === "completed") return { icon, words: "thread.completed_clock" };
  return { icon, words: `thread.${kind}` };
}
