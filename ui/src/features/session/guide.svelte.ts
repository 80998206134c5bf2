import type { GuideView } from "../../bindings";
import { request } from "../../host";

/** The first steps of a newcomer, from a locked question to a sent offer. */
export class Guide {
  view = $state<GuideView | null>(null);

  async load() {
    this.view = await request("guide_show");
  }

  /** Asks again for what is ticked, if anybody sees it. */
  async refresh() {
    if (this.view?.is_open) await this.load();
  }

  async open(isOpen: boolean) {
    this.view = await request("guide_open", { is_open: isOpen });
  }

  /** The step to take next; nothing when all are done. */
  get next() {
    return this.view?.steps.find((step) => !step.is_done) ?? null;
  }
}
