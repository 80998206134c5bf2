import { locale } from "../../i18n";

/** `67%`, as the reader writes it; a dash where there is none. */
export function percent(value: number | null): string {
  if (value === null) return "–";
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(value / 100);
}

/** `Nov 2026` for `2026-11`. */
export function monthName(month: string): string {
  const [year, number] = month.split("-").map(Number);
  const date = new Date(year ?? 0, (number ?? 1) - 1, 1);
  return new Intl.DateTimeFormat(locale(), { month: "short", year: "numeric" }).format(date);
}

/** `Nov` for `2026-11`. */
export function shortMonth(month: string): string {
  const [year, number] = month.split("-").map(Number);
  return new Intl.DateTimeFormat(locale(), { month: "short" }).format(
    new Date(year ?? 0, (number ?? 1) - 1, 1),
  );
}
