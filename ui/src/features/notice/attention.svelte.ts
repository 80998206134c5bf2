import type { OpenTarget } from "../../bindings";
import { request } from "../../host";

/** What the expert is looking at: the desk raises nothing about it. */
export class Attention {
  #told = "";

  /** Tells the desk, if it is news. */
  async note(target: OpenTarget | null, isFocused: boolean) {
    const note = { is_focused: isFocused, target };
    const text = JSON.stringify(note);
    if (text === this.#told) return;
    this.#told = text;
    try {
      await request("attention_note", note);
    } catch {
      // It is told with the next change; until then one notification too many is the worst.
      this.#told = "";
    }
  }
}
