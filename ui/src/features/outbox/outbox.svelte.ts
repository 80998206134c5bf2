import type { ApiError, OutboxEntryView, OutboxState } from "../../bindings";
import { asApiError, request } from "../../host";

/** What can be done with an entry, the main thing first. */
export type OutboxAction = "edit" | "retry" | "discard";

/** Why an entry was refused or can never be sent; nothing while it waits. */
export const failureOf = (state: OutboxState): ApiError | null => ("error" in state ? state.error : null);

/** What can be done with an entry as it stands. One that only does something, and says nothing, is taken back. */
export function actionsOf({ state, is_editable }: OutboxEntryView): OutboxAction[] {
  if (failureOf(state)) return ["edit", "retry", "discard"];
  return is_editable ? ["edit"] : [];
}

/** Everything that waits to be sent, and what could not be. */
export class Outbox {
  entries = $state.raw<OutboxEntryView[] | null>(null);
  error = $state<ApiError | null>(null);
  isBusy = $state(false);

  async load() {
    try {
      this.entries = (await request("outbox_list")).entries;
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  /** Asks for it again, if anybody sees it. */
  async refresh() {
    if (this.entries !== null) await this.load();
  }

  /** Nobody sees it any more. */
  close() {
    this.entries = null;
  }

  /** Does something with an entry; says whether it was done. */
  async act(action: OutboxAction, commandId: string): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    try {
      const { entries } = await request(`outbox_${action}`, { command_id: commandId });
      if (this.entries !== null) this.entries = entries;
      this.error = null;
      return true;
    } catch (error) {
      this.error = asApiError(error);
      return false;
    } finally {
      this.isBusy = false;
    }
  }
}
