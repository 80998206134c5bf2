import { expect, test, vi } from "vitest";
import type { OfferRow } from "../../bindings";
import { LONG, shown } from "../../shared/shown";
import OfferLine from "./OfferLine.svelte";
import { ROW } from "./sample";

function line(more: Partial<OfferRow> = {}, { isShown = false, isSelected = false } = {}) {
  const [ontoggle, onselect] = [vi.fn(), vi.fn()];
  const row = { ...ROW, ...more };
  const given = { row, group: "awaiting" as const, isShown, isSelected, ontoggle, onselect };
  return { ontoggle, onselect, ...shown(OfferLine, given) };
}

test("it says whose it is, for how much and what it is, however long its title", () => {
  const { text } = line({ title: LONG });
  for (const words of [LONG, "Helen Marsh", "£145.00", "Letter templates"]) expect(text()).toContain(words);
});

test("what is under way is said in words, the most pressing first", () => {
  const about = (more: Partial<OfferRow>) => line(more).target.querySelector(".os")?.textContent;
  const viewed_at = "2026-11-20T10:00:00Z";
  const said = [
    about({}),
    about({ viewed_at }),
    about({ viewed_at, is_pending: true }),
    about({ is_failed: true }),
  ];
  expect(new Set(said).size).toBe(4);
});

test("an unread one says so to who cannot see it, and what is due stands out", () => {
  expect(line({ is_unread: true }).target.querySelector(".ot .vh")?.textContent).toBeTruthy();
  expect(line().target.querySelector(".ot .vh")).toBeNull();
  const due = (is_urgent: boolean) =>
    line({ next_date: { kind: "due", at: "2026-11-25T10:00:00Z", is_urgent } }).target.querySelector(".due");
  expect(due(true)).not.toBeNull();
  expect(due(false)).toBeNull();
});

test("it is opened by its title and selected by its box, which names it", () => {
  const { target, find, ontoggle, onselect } = line({}, { isShown: true, isSelected: true });
  const title = target.querySelector<HTMLButtonElement>(".ot");
  expect(title?.getAttribute("aria-current")).toBe("true");
  title?.click();
  expect(onselect).toHaveBeenCalledOnce();
  const box = find<HTMLInputElement>("rc-select");
  expect(box.checked).toBe(true);
  expect(box.getAttribute("aria-label")).toContain(ROW.title);
  box.click();
  expect(ontoggle).toHaveBeenCalledOnce();
});
