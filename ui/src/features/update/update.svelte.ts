import type { ApiError, UpdateView } from "../../bindings";
import { asApiError, request } from "../../host";

/** An update of the app: asked for, fetched, and installed when its expert says so. */
export class Update {
  view = $state<UpdateView | null>(null);
  error = $state<ApiError | null>(null);
  /** The version whose news were put away. */
  dismissed = $state<string | null>(null);

  /** `keepTyped` keeps what is being typed, and says whether that went well. */
  constructor(private readonly keepTyped: () => Promise<boolean>) {}

  /** Whether there is something worth a line beside the work. */
  get isNews(): boolean {
    const { view } = this;
    if (view === null) return false;
    const isWaiting = ["available", "ready", "installed"].includes(view.state);
    return isWaiting && view.version !== null && view.version !== this.dismissed;
  }

  load = () => this.#take(() => request("update_show"));
  check = () => this.#take(() => request("update_check"));
  download = () => this.#take(() => request("update_download"));

  /** Installs what was fetched and restarts into it; what is typed meanwhile is kept before each. */
  async install() {
    await this.#take(async () => request("update_install", await this.#consent()));
    if (this.view?.state === "installed" && !this.error) await this.restart();
  }

  restart = () => this.#take(async () => request("update_restart", await this.#consent()));

  async #consent() {
    return { has_unsaved_draft: !(await this.keepTyped()) };
  }

  async #take(ask: () => Promise<UpdateView>) {
    try {
      this.view = await ask();
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}

/** How much of the download has come, from 0 to 1; nothing while that is not known. */
export function shareOf(view: UpdateView): number | undefined {
  return view.size_bytes ? Math.min(1, view.received_bytes / view.size_bytes) : undefined;
}
