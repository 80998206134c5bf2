import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from "@tanstack/virtual-core";

/** Which lines of a long list are in the page, and where they stand. */
export class VirtualList {
  items = $state.raw<VirtualItem[]>([]);
  /** The height of all lines, in pixels. */
  height = $state(0);
  #element: HTMLElement | null = null;
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;

  /** `estimate` gives a line's height in pixels until it is measured. */
  constructor(estimate: (index: number) => number) {
    this.#virtualizer = new Virtualizer({
      count: 0,
      overscan: 8,
      estimateSize: estimate,
      getScrollElement: () => this.#element,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.#show(),
    });
  }

  /** For the element that scrolls. */
  scroller = (element: HTMLElement) => {
    this.#element = element;
    const leave = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    this.#show();
    return { destroy: leave };
  };

  /** For each line's element, which names its index in `data-index`. */
  line = (element: HTMLElement) => {
    this.#virtualizer.measureElement(element);
    return { destroy: () => this.#virtualizer.measureElement(null) };
  };

  setCount(count: number) {
    this.#virtualizer.setOptions({ ...this.#virtualizer.options, count });
    this.#virtualizer._willUpdate();
    this.#show();
  }

  /** Brings a line into sight if it is not; when that leads upwards, with the line `head` above it. */
  reveal(index: number, head = index) {
    const isAbove =
      (this.#virtualizer.measurementsCache[head]?.start ?? 0) < (this.#virtualizer.scrollOffset ?? 0);
    this.#virtualizer.scrollToIndex(isAbove ? head : index, { align: "auto" });
  }

  #show() {
    this.items = this.#virtualizer.getVirtualItems();
    this.height = this.#virtualizer.getTotalSize();
  }
}
