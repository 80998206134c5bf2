// Times as the customer reads them, who may live in another zone than the expert.
import { locale } from "../../i18n";
import { fromLocalField, toLocalField } from "../../shared/format";

/** A moment in milliseconds as the desk writes it. */
export const momentOf = (time: number): string => new Date(time).toISOString();

/** By how many milliseconds a zone is ahead of UTC at a moment. */
function ahead(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const part = (type: string) => Number(format.formatToParts(at).find((one) => one.type === type)?.value);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/** The text a `datetime-local` field holds for a moment, in a zone; in the expert's own if there is none. */
export function toZoneField(at: string, zone: string | null): string {
  if (!zone) return toLocalField(at);
  const time = new Date(at).getTime();
  return new Date(time + ahead(time, zone)).toISOString().slice(0, 16);
}

/** The moment of a `datetime-local` field that was filled in for a zone; nothing if it is empty or no date. */
export function fromZoneField(text: string, zone: string | null): string | null {
  if (!zone) return fromLocalField(text);
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) return null;
  // Near a change of the clocks the first guess lies on its other side.
  const guess = wall - ahead(wall, zone);
  return new Date(wall - ahead(guess, zone)).toISOString();
}

function moment(at: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(), {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(timeZone ? { timeZone } : {}),
  }).format(new Date(at));
}

/** A moment where the customer is, and where the expert is if that reads otherwise. */
export function bothTimes(at: string, zone: string | null): { theirs: string; mine: string | null } {
  const mine = moment(at);
  const theirs = zone ? moment(at, zone) : mine;
  return { theirs, mine: mine === theirs ? null : mine };
}
