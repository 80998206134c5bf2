import type { ApiError, TemplateChoice } from "../../bindings";
import { fieldWords } from "../../errors/table";
import { t } from "../../i18n";
import type { OfferDialog } from "./offer-dialog.svelte";

/** What a template is called: a starter by its kind, in the reader's language. */
export const nameOf = ({ name, kind, is_starter }: TemplateChoice): string =>
  is_starter ? t(`kind.${kind}`) : name;

/** The box that finds a template by what is typed into it. */
export class TemplatePicker {
  typed = $state("");
  isOpen = $state(false);
  #active = $state(0);

  constructor(readonly dialog: OfferDialog) {}

  /** Those whose name holds every word that is typed, own ones first. */
  get found(): TemplateChoice[] {
    const words = this.typed.toLowerCase().split(/\s+/).filter(Boolean);
    const all = this.dialog.view?.templates ?? [];
    return all.filter((template) => {
      const name = nameOf(template).toLowerCase();
      return words.every((word) => name.includes(word));
    });
  }

  get active(): number {
    return Math.min(this.#active, this.found.length - 1);
  }

  type(text: string) {
    this.typed = text;
    this.isOpen = true;
    this.#active = 0;
  }

  /** Goes to the next or previous one, round at the ends. */
  move(step: -1 | 1) {
    const count = this.found.length;
    if (this.isOpen && count > 0) this.#active = (this.active + step + count) % count;
    this.isOpen = true;
  }

  close() {
    this.isOpen = false;
  }

  /** Fills the fields from one, or from the one that is marked; says whether they were filled. */
  async choose(template = this.isOpen ? this.found[this.active] : undefined): Promise<boolean> {
    if (!template) return false;
    this.typed = nameOf(template);
    this.isOpen = false;
    await this.dialog.applyTemplate(template.id);
    return this.dialog.error === null;
  }
}

/** The expert's own templates, to be kept in order. */
export class OwnTemplates {
  isShown = $state(false);
  /** The name of the next one to be saved. */
  name = $state("");
  /** The one that is asked about before it is deleted. */
  leaving = $state<string | null>(null);
  error = $state<ApiError | null>(null);
  /** What was done last, for the live region. */
  done = $state<{ what: "saved" | "updated" | "renamed" | "moved" | "deleted"; name: string } | null>(null);

  constructor(readonly dialog: OfferDialog) {}

  get all(): TemplateChoice[] {
    return this.dialog.view?.templates.filter((template) => !template.is_starter) ?? [];
  }

  /** What was refused, in words. */
  get problem(): string {
    return this.error?.fields.map(fieldWords).join(" ") ?? "";
  }

  async save(): Promise<boolean> {
    const name = this.name.trim();
    if (name === "") return false;
    this.error = await this.dialog.changeTemplates("offer_template_save", { name });
    if (this.error) return false;
    this.name = "";
    this.done = { what: "saved", name };
    return true;
  }

  async update({ id, name }: TemplateChoice) {
    this.error = await this.dialog.changeTemplates("offer_template_update", { template_id: id });
    if (!this.error) this.done = { what: "updated", name };
  }

  /** Gives one another name; says whether it has it. */
  async rename({ id, name: before }: TemplateChoice, name: string): Promise<boolean> {
    const wanted = name.trim();
    if (wanted === before) return true;
    this.error = await this.dialog.changeTemplates("offer_template_rename", {
      template_id: id,
      name: wanted,
    });
    if (this.error) return false;
    this.done = { what: "renamed", name: wanted };
    return true;
  }

  /** Moves one by a place; gives where it stands, or nothing if it cannot go there. */
  async move({ id, name }: TemplateChoice, step: -1 | 1): Promise<number | null> {
    const to = this.all.findIndex((template) => template.id === id) + step;
    if (to < 0 || to >= this.all.length) return null;
    this.error = await this.dialog.changeTemplates("offer_template_move", { template_id: id, to });
    if (this.error) return null;
    this.done = { what: "moved", name };
    return to;
  }

  /** Deletes the one that was asked about. */
  async remove() {
    const leaving = this.all.find(({ id }) => id === this.leaving);
    this.leaving = null;
    if (!leaving) return;
    this.error = await this.dialog.changeTemplates("offer_template_delete", { template_id: leaving.id });
    if (!this.error) this.done = { what: "deleted", name: leaving.name };
  }
}
