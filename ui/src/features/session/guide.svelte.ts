import type { GuideView } from "../../bindings";
import { request } from "../../host";

/** How long it is said that all is done, in milliseconds. */
const GOODBYE_MS = 8_000;

/** The first steps of a newcomer, from a locked question to a sent offer. */
export class Guide {
  view = $state<GuideView | null>(null);
  /** Whoever asked for the steps puts them away themselves. */
  #isWanted = false;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  async load() {
    const before = this.view;
    this.view = await request("guide_show");
    if (!this.view.is_open || this.next !== null || this.#isWanted) return;
    // All was done before anybody saw the steps: nothing is left to say.
    if (!before?.is_open) await this.open(false);
    else this.#leaving ??= setTimeout(() => void this.open(false), GOODBYE_MS);
  }

  /** Asks again for what is ticked, if anybody sees it. */
  async refresh() {
    if (this.view?.is_open) await this.load();
  }

  async open(isOpen: boolean) {
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    this.#isWanted = isOpen;
    this.view = await request("guide_open", { is_open: isOpen });
  }

  /** The step to take next; nothing when all are done. */
  get next() {
    return this.view?.steps.find((step) => !step.is_done) ?? null;
  }
}
