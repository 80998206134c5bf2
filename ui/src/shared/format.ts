// How times and sizes are shown, in the reader's own zone and language.
import { locale, t } from "../i18n";

const TIME = new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat(locale(), { weekday: "short", day: "numeric", month: "short" });
const LONG = new Intl.DateTimeFormat(locale(), {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});
const ONE_PLACE = new Intl.NumberFormat(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const MONTH = new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric" });

/** `11:04` today, `Sat 15 Nov` on other days. */
export function when(at: string, now: number): string {
  const date = new Date(at);
  return date.toDateString() === new Date(now).toDateString() ? TIME.format(date) : DAY.format(date);
}

/** `Sat 15 Nov`. */
export const day = (at: string): string => DAY.format(new Date(at));

/** `11:04`. */
export const clock = (at: string): string => TIME.format(new Date(at));

/** `11:04`, by the clocks of a zone. */
export function clockIn(zone: string, at: number): string {
  try {
    return new Intl.DateTimeFormat(locale(), {
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
      timeZone: zone,
    }).format(at);
  } catch {
    // A zone that this web view does not know.
    return "";
  }
}

/** `Tue 2 Dec 2025, 23:59`. */
export const full = (at: string): string => LONG.format(new Date(at));

/** `March 2023`. */
export const month = (at: string): string => MONTH.format(new Date(at));

/** `24 min`, `1 h 12 min`, `under a minute`; nothing once it has passed. */
export function left(until: string, now: number): string {
  const minutes = Math.floor((new Date(until).getTime() - now) / 60_000);
  if (minutes < 0) return "";
  if (minutes < 1) return t("desk.under_a_minute");
  if (minutes < 60) return t("desk.minutes", { n: minutes });
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 ? t("desk.hours", { n: hours }) : t("desk.hours_minutes", { h: hours, n: rest });
}

/** `12 KB`. */
export function size(bytes: number): string {
  if (bytes < 1024) return t("desk.bytes", { count: bytes });
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KB`;
  return `${ONE_PLACE.format(bytes / (1024 * 1024))} MB`;
}

/** The text a `datetime-local` field holds for a moment, in the reader's zone. */
export function toLocalField(at: string): string {
  const date = new Date(at);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** The moment of a `datetime-local` field; nothing if it is empty or no date. */
export function fromLocalField(text: string): string | null {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
