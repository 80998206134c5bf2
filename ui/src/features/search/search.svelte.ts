import type { ApiError, SearchCustomer, SearchHit, SearchView } from "../../bindings";
import { asApiError, request } from "../../host";
import { isAvailable, type Shortcut } from "../../shared/shortcuts";
import { matching } from "./matching";

/** How many finds come at once. */
const PAGE = 30;
/** How many actions stand above finds. */
const ACTIONS_BESIDE_FINDS = 5;

/** One line that can be chosen. */
export type Entry =
  | { kind: "action"; key: string; action: Shortcut }
  | { kind: "customer"; key: string; customer: SearchCustomer }
  | { kind: "hit"; key: string; hit: SearchHit };

/** What is looked for: actions of the window, and everything kept on this computer. */
export class Search {
  typed = $state("");
  view = $state<SearchView | null>(null);
  error = $state<ApiError | null>(null);
  /** The line that Enter takes. */
  at = $state(0);
  actions = $state.raw<Shortcut[]>([]);
  #latest = 0;

  readonly isCommand = $derived(this.typed.startsWith(">"));
  readonly entries: Entry[] = $derived.by(() => {
    const words = this.isCommand ? this.typed.slice(1) : this.typed;
    const found = matching(this.actions, words);
    const isAlone = this.isCommand || this.typed.trim() === "";
    const actions = isAlone ? found : found.slice(0, ACTIONS_BESIDE_FINDS);
    return [
      ...actions.map((action): Entry => ({ kind: "action", key: `action-${action.id}`, action })),
      ...(this.view?.customers ?? []).map((customer): Entry => ({
        kind: "customer",
        key: `customer-${customer.customer_id}`,
        customer,
      })),
      ...(this.view?.hits ?? []).map((hit): Entry => ({ kind: "hit", key: keyOf(hit), hit })),
    ];
  });
  readonly current: Entry | null = $derived(this.entries[this.at] ?? null);

  /** Begins anew, with the actions that can be taken now. */
  async open(actions: Shortcut[], typed = "") {
    this.actions = actions.filter(isAvailable);
    this.view = null;
    this.error = null;
    await this.type(typed);
  }

  /** Looks for what stands in the field now. */
  async type(typed: string) {
    this.typed = typed;
    this.at = 0;
    const mine = ++this.#latest;
    if (typed.trim() === "" || this.isCommand) {
      this.view = null;
      return;
    }
    await this.#ask(mine, null);
  }

  /** Fetches the finds behind those that are shown. */
  async more() {
    const after = this.view?.next;
    if (after) await this.#ask(++this.#latest, after);
  }

  /** Goes up or down, and around at the ends. */
  step(by: number) {
    const count = this.entries.length;
    if (count > 0) this.at = (this.at + by + count) % count;
  }

  async #ask(mine: number, after: string | null) {
    try {
      const found = await request("search_list", { query: this.typed, after, limit: PAGE });
      // A slower answer to an older question must not win.
      if (mine !== this.#latest) return;
      const before = after === null ? null : this.view;
      this.view = before
        ? { ...found, hits: [...before.hits, ...found.hits], customers: before.customers }
        : found;
      this.error = null;
    } catch (error) {
      if (mine === this.#latest) this.error = asApiError(error);
    }
  }
}

function keyOf({ found, question_id }: SearchHit): string {
  if (found.kind === "message") return `message-${found.message_id}`;
  return found.kind === "offer" ? `offer-${found.offer_id}` : `question-${question_id}`;
}

/** The filter that finds what belongs to a customer. */
export const ofCustomer = (name: string) => `customer:"${name.replaceAll('"', "")}" `;
