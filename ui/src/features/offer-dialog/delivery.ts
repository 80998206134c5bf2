import type { DeliveryTime, DeliveryUnit } from "../../bindings";

/** The delivery times to choose from. */
export const DELIVERY_TIMES: DeliveryTime[] = [
  { count: 24, unit: "hours" },
  { count: 2, unit: "working_days" },
  { count: 5, unit: "working_days" },
  { count: 10, unit: "working_days" },
  { count: 1, unit: "weeks" },
  { count: 2, unit: "weeks" },
  { count: 4, unit: "weeks" },
];

/** A delivery time as the value of a choice. */
export const valueOf = ({ count, unit }: DeliveryTime): string => `${count} ${unit}`;

/** The delivery time of such a value. */
export function deliveryOf(value: string): DeliveryTime {
  const [count, unit] = value.split(" ");
  return { count: Number(count), unit: unit as DeliveryUnit };
}
