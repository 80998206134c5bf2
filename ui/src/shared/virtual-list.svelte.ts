import { defaultRangeExtractor, Virtualizer, type Range, type VirtualItem } from "@tanstack/virtual-core";
import type { Action } from "svelte/action";
import { observeOffset, observeRect, revealInPage, scrollsItself, scrollTo } from "./scroller";

/** Lines beyond those in sight that are in the page as well. */
const OVERSCAN = 4;
/** Lines beyond those in sight that are asked for. */
const ASKED_BEYOND = 8;

/** Which lines of a long list are in the page, and where they stand. */
export class VirtualList {
  items = $state.raw<VirtualItem[]>([]);
  /** The first and the last line in sight or close by. */
  from = $state(0);
  to = $state(0);
  /** The height of all lines, in pixels. */
  height = $state(0);
  /** The height of what stands above the lines, in pixels. */
  headHeight = $state(0);
  #element: HTMLElement | null = null;
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;

  /** `estimate` gives a line's height in pixels until it is measured. */
  constructor(estimate: (index: number) => number) {
    this.#virtualizer = new Virtualizer({
      count: 0,
      overscan: OVERSCAN,
      estimateSize: estimate,
      getScrollElement: () => this.#element,
      rangeExtractor: (range) => this.#indexes(range),
      scrollToFn: scrollTo,
      observeElementRect: observeRect,
      observeElementOffset: observeOffset,
      onChange: () => this.#show(),
    });
  }

  /** For the element that scrolls. */
  scroller: Action<HTMLElement> = (element) => {
    this.#element = element;
    const leave = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    this.#show();
    return { destroy: leave };
  };

  /** For what stands above the lines, and before them when they scroll. */
  head: Action<HTMLElement> = (element) => {
    const measure = () => {
      this.headHeight = element.offsetHeight;
      this.#set({ scrollMargin: this.headHeight, scrollPaddingStart: this.headHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return { destroy: () => observer.disconnect() };
  };

  /** For each line's element, which names its index in `data-index`; it is told when that is another. */
  line: Action<HTMLElement, number | undefined> = (element) => {
    this.#virtualizer.measureElement(element);
    return {
      update: () => this.#virtualizer.measureElement(element),
      destroy: () => this.#virtualizer.measureElement(null),
    };
  };

  setCount(count: number) {
    this.#set({ count });
  }

  /** Brings a line into sight if it is not; when that leads upwards, with the line `head` above it. */
  reveal(index: number, head = index) {
    const place = this.#virtualizer.measurementsCache[index];
    if (this.#element && !scrollsItself(this.#element)) {
      if (place) revealInPage(this.#element, place);
      return;
    }
    const isAbove =
      (this.#virtualizer.measurementsCache[head]?.start ?? 0) < (this.#virtualizer.scrollOffset ?? 0);
    this.#virtualizer.scrollToIndex(isAbove ? head : index, { align: "auto" });
  }

  /** The lines in sight, those close by, and the one that has the keyboard: else it would lose it. */
  #indexes(range: Range): number[] {
    const indexes = defaultRangeExtractor(range);
    const focused = document.activeElement?.closest<HTMLElement>("[data-index]");
    const index = focused && this.#element?.contains(focused) ? Number(focused.dataset["index"]) : -1;
    if (index < 0 || index >= range.count || indexes.includes(index)) return indexes;
    return [...indexes, index].sort((one, other) => one - other);
  }

  #set(options: { count?: number; scrollMargin?: number; scrollPaddingStart?: number }) {
    this.#virtualizer.setOptions({ ...this.#virtualizer.options, ...options });
    this.#virtualizer._willUpdate();
    this.#show();
  }

  #show() {
    this.items = this.#virtualizer.getVirtualItems();
    this.height = this.#virtualizer.getTotalSize();
    const { startIndex = 0, endIndex = 0 } = this.#virtualizer.range ?? {};
    this.from = Math.max(0, startIndex - ASKED_BEYOND);
    this.to = endIndex + ASKED_BEYOND;
  }
}
