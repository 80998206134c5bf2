// What scrolls a long list: its own element, or in a narrow window the page around it.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Virtualizer,
} from "@tanstack/virtual-core";

type List = Virtualizer<HTMLElement, HTMLElement>;
type Options = List["options"];

/** Whether an element scrolls its lines itself. */
export const scrollsItself = (element: HTMLElement) => getComputedStyle(element).overflowY !== "visible";

/** How far a list is scrolled. */
const offsetOf = (element: HTMLElement) =>
  scrollsItself(element) ? element.scrollTop : Math.max(0, -element.getBoundingClientRect().top);

/** Tells how large the part in sight is. */
export const observeRect: Options["observeElementRect"] = (list, hear) =>
  observeElementRect(list, (rect) => {
    const element = list.scrollElement;
    // A list that is hidden keeps its lines.
    if (rect.width === 0 && rect.height === 0) return;
    // Where the page scrolls, the element is as high as all its lines.
    const isWhole = element !== null && !scrollsItself(element);
    hear(isWhole ? { ...rect, height: Math.min(rect.height, innerHeight) } : rect);
  });

/** Tells how far the list is scrolled. */
export const observeOffset: Options["observeElementOffset"] = (list, hear) => {
  const element = list.scrollElement;
  if (!element) return;
  const leave = observeElementOffset(list, (offset, isScrolling) => {
    if (scrollsItself(element)) hear(offset, isScrolling);
  });
  const hearPage = () => {
    if (!scrollsItself(element)) hear(offsetOf(element), false);
  };
  // What scrolls changes with the window's size.
  const hearSize = () => hear(offsetOf(element), false);
  window.addEventListener("scroll", hearPage, { passive: true });
  window.addEventListener("resize", hearSize);
  hearPage();
  return () => {
    leave?.();
    window.removeEventListener("scroll", hearPage);
    window.removeEventListener("resize", hearSize);
  };
};

/** Scrolls the list so far. */
export const scrollTo: Options["scrollToFn"] = (offset, options, list) => {
  const element = list.scrollElement;
  if (!element || scrollsItself(element)) elementScroll(offset, options, list);
  else window.scrollBy(0, offset + (options.adjustments ?? 0) - offsetOf(element));
};

/** Scrolls the page until what stands between `start` and `end` of the list is in sight. */
export function revealInPage(element: HTMLElement, { start, end }: { start: number; end: number }) {
  const { top } = element.getBoundingClientRect();
  if (top + start < 0) window.scrollBy(0, top + start);
  else if (top + end > innerHeight) window.scrollBy(0, top + end - innerHeight);
}
