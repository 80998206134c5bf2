import { afterEach, expect, test, vi } from "vitest";
import { Virtualizer } from "@tanstack/virtual-core";
import { observeOffset, observeRect, revealInPage, scrollsItself, scrollTo } from "./scroller";

afterEach(() => vi.restoreAllMocks());

/** A list of this height whose top stands there in the window; it scrolls itself or the page does. */
function listAt(top: number, { height = 5_000, overflow = "visible" } = {}) {
  const element = document.body.appendChild(document.createElement("div"));
  element.style.overflowY = overflow;
  vi.spyOn(element, "clientHeight", "get").mockReturnValue(height);
  vi.spyOn(element, "clientWidth", "get").mockReturnValue(300);
  vi.spyOn(element, "getBoundingClientRect").mockReturnValue({ top } as DOMRect);
  const scrollBy = vi.spyOn(window, "scrollBy").mockImplementation(() => {});
  const list = new Virtualizer<HTMLElement, HTMLElement>({
    count: 0,
    estimateSize: () => 50,
    getScrollElement: () => element,
    scrollToFn: scrollTo,
    observeElementRect: () => {},
    observeElementOffset: () => {},
  });
  list._willUpdate();
  return { element, list, scrollBy };
}

test("where the page scrolls, as much of a list is in sight as the window is high", () => {
  const hear = vi.fn();
  const { element, list } = listAt(0);
  observeRect(list, hear);
  expect(scrollsItself(element)).toBe(false);
  expect(hear).toHaveBeenLastCalledWith({ width: 300, height: innerHeight });
});

test("a list that scrolls itself is as high as it is", () => {
  const hear = vi.fn();
  const { list } = listAt(0, { height: 400, overflow: "auto" });
  observeRect(list, hear);
  expect(hear).toHaveBeenLastCalledWith({ width: 300, height: 400 });
});

test("a list that is hidden keeps what was in sight", () => {
  const hear = vi.fn();
  const { element, list } = listAt(0, { height: 0, overflow: "auto" });
  vi.spyOn(element, "clientWidth", "get").mockReturnValue(0);
  observeRect(list, hear);
  expect(hear).not.toHaveBeenCalled();
});

test("how far the page has scrolled into a list is heard, and no more once nobody listens", () => {
  const hear = vi.fn();
  const { list } = listAt(-1_200);
  const leave = observeOffset(list, hear);
  window.dispatchEvent(new Event("scroll"));
  expect(hear).toHaveBeenLastCalledWith(1_200, false);
  hear.mockClear();
  leave?.();
  window.dispatchEvent(new Event("scroll"));
  expect(hear).not.toHaveBeenCalled();
});

test("the page is scrolled by as much as is missing", () => {
  const { element, list, scrollBy } = listAt(-1_200);
  scrollTo(2_000, {}, list);
  expect(scrollBy).toHaveBeenLastCalledWith(0, 800);
  revealInPage(element, { start: 1_000, end: 1_050 });
  expect(scrollBy).toHaveBeenLastCalledWith(0, -200);
  revealInPage(element, { start: 3_000, end: 3_050 });
  expect(scrollBy).toHaveBeenLastCalledWith(0, 1_850 - innerHeight);
  scrollBy.mockClear();
  revealInPage(element, { start: 1_300, end: 1_350 });
  expect(scrollBy).not.toHaveBeenCalled();
});
