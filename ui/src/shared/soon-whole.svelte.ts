import { tick } from "svelte";

/**
 * Whether all of something long is in the page, or yet only what is in sight: what is to be seen is drawn first, and the
 * rest follows two frames later, when that stands on the screen.
 */
export class SoonWhole {
  #whole = $state.raw<unknown>();
  readonly #key: () => unknown;

  /** `key` tells one thing from the next; each begins anew. For use while a component is made. */
  constructor(key: () => unknown) {
    this.#key = key;
    $effect(() => {
      const shown = key();
      let frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(() => (this.#whole = shown));
      });
      return () => cancelAnimationFrame(frame);
    });
  }

  get isWhole(): boolean {
    return this.#whole !== undefined && this.#whole === this.#key();
  }
}

/** Waits until whatever was just opened is whole. */
export async function whole() {
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  await tick();
}
