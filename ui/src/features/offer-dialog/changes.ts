import type { ChangedField, DeliveryUnit, ServiceKind } from "../../bindings";
import { t } from "../../i18n";
import { deliveryOf } from "./delivery";
import { bothTimes } from "./zones";

/** The name of a delivery time. */
export const deliveryName = (count: number, unit: DeliveryUnit): string =>
  t(`offer.delivery_${unit}`, { count });

/** One side of a change, in the reader's language; moments are told where the customer is. */
export function changeWords(field: ChangedField, value: string | null, zone: string | null): string {
  if (value === null) return t(field === "expires_at" ? "offer.never" : "offer.nothing");
  switch (field) {
    case "kind":
      return t(`kind.${value as ServiceKind}`);
    case "delivery_time": {
      const { count, unit } = deliveryOf(value);
      return deliveryName(count, unit);
    }
    case "expires_at":
      return bothTimes(value, zone).theirs;
    case "call_slots": {
      const [at = "", minutes = ""] = value.split(" ");
      return t("offer.slot_of", { at: bothTimes(at, zone).theirs, minutes });
    }
    default:
      return value;
  }
}
