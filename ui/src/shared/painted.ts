/** How long to wait for a frame at most, in milliseconds: a window that is hidden draws none. */
const PATIENCE = 50;

/** Waits until what changed so far has been drawn, so that it is not held up by what is drawn next. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      // A task of its own comes after the frame, where a second frame's work would still be before it.
      setTimeout(resolve);
    });
  });
