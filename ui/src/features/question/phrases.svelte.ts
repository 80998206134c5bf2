import type { ApiError } from "../../bindings";
import { asApiError, request } from "../../host";
import type { Conversation } from "./conversation.svelte";

/** The menu of phrases. */
export class Phrases {
  isOpen = $state(false);
  /** Whether a name is asked for, under which what is written is to be kept. */
  isNaming = $state(false);
  name = $state("");
  error = $state<ApiError | null>(null);

  constructor(private readonly conversation: Conversation) {}

  toggle() {
    this.isOpen = !this.isOpen;
    this.isNaming = false;
    this.error = null;
  }

  choose(text: string) {
    this.conversation.insert(text);
    this.isOpen = false;
  }

  /** Keeps what is written as a phrase. */
  async save() {
    const { view, text } = this.conversation;
    if (!view) return;
    await this.#change(async () => {
      const asked = { question_id: view.question_id, name: this.name, text };
      view.phrases = (await request("phrase_save", asked)).phrases;
      this.isNaming = false;
      this.name = "";
    });
  }

  async remove(id: string) {
    const { view } = this.conversation;
    if (!view) return;
    await this.#change(async () => {
      const asked = { question_id: view.question_id, phrase_id: id };
      view.phrases = (await request("phrase_delete", asked)).phrases;
    });
  }

  async #change(work: () => Promise<void>) {
    try {
      await work();
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}
