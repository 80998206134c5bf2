import type {
  ApiError,
  CallSlotField,
  OfferDialogView,
  OfferFields,
  Requests,
  ServiceKind,
} from "../../bindings";
import { fieldWords } from "../../errors/table";
import { asApiError, request } from "../../host";
import { momentOf } from "./zones";

/** How long typing pauses before the fields are checked and kept, in milliseconds. */
const PAUSE = 250;
const HOUR = 3_600_000;

/** The requests that change the expert's own templates. */
export type TemplateRequest = Extract<keyof Requests, `offer_template_${string}`>;

/** The offer dialog: the fields as they stand here; everything else comes from the desk. */
export class OfferDialog {
  view = $state<OfferDialogView | null>(null);
  fields = $state<OfferFields | null>(null);
  error = $state<ApiError | null>(null);
  /** Whether problems are shown: after the first try to submit. */
  showsProblems = $state(false);
  isBusy = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dirty = false;
  #keeping: Promise<boolean> = Promise.resolve(true);

  async open(questionId: string, revises: string | null) {
    this.showsProblems = false;
    this.error = null;
    await this.#attempt(async () =>
      this.#adopt(await request("offer_dialog_open", { question_id: questionId, revises })),
    );
  }

  /** Notes that a field changed; all are sent at the next pause. */
  typed() {
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE);
  }

  /** Keeps the fields as they stand, after what is on its way; says whether they are kept. */
  flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#keeping = this.#keeping.then(() => this.#keep());
    return this.#keeping;
  }

  async #keep(): Promise<boolean> {
    if (!this.#dirty || !this.view || !this.fields) return true;
    this.#dirty = false;
    // Not busy meanwhile: a button that went grey while the fields are kept would miss its click.
    try {
      const edit = {
        draft_id: this.view.draft_id,
        fields: $state.snapshot(this.fields) as OfferFields,
      };
      // Only what is derived is taken: the fields belong to who types.
      this.view = await request("offer_dialog_edit", edit);
      return true;
    } catch (error) {
      this.#dirty = true;
      this.error = asApiError(error);
      return false;
    }
  }

  async chooseKind(kind: ServiceKind) {
    await this.flush();
    await this.#attempt(async () =>
      this.#adopt(await request("offer_dialog_choose_kind", { draft_id: this.view?.draft_id ?? "", kind })),
    );
  }

  async applyTemplate(templateId: string) {
    await this.flush();
    await this.#attempt(async () =>
      this.#adopt(
        await request("offer_dialog_apply_template", {
          draft_id: this.view?.draft_id ?? "",
          template_id: templateId,
        }),
      ),
    );
  }

  /** Changes the own templates; what is typed into the dialog stays. Gives what was refused. */
  async changeTemplates<N extends TemplateRequest>(
    name: N,
    change: Omit<Requests[N]["request"], "draft_id">,
  ): Promise<ApiError | null> {
    if (!(await this.flush())) return this.error;
    try {
      const ask = request as (name: N, change: object) => Promise<OfferDialogView>;
      this.view = await ask(name, { ...change, draft_id: this.view?.draft_id ?? "" });
      return null;
    } catch (error) {
      return asApiError(error);
    }
  }

  /** Whether a revision says the same as the version that the customer has: it cannot be submitted so. */
  get isUnchanged(): boolean {
    return this.view?.revision?.changes.length === 0;
  }

  /** Submits; says whether the offer is on its way. */
  async submit(): Promise<boolean> {
    // What could not be kept must not go out in its older form.
    if (this.isBusy || !(await this.flush()) || this.isUnchanged) return false;
    this.showsProblems = true;
    await this.#attempt(async () => {
      this.view = await request("offer_dialog_submit", { draft_id: this.view?.draft_id ?? "" });
    });
    const phase = this.view?.phase.kind;
    return this.error === null && (phase === "queued" || phase === "sent");
  }

  async discard() {
    clearTimeout(this.#timer);
    this.#dirty = false;
    const id = this.view?.draft_id;
    if (id) await this.#attempt(async () => void (await request("offer_dialog_discard", { draft_id: id })));
  }

  /** What is wrong with a field, once problems are shown; with a price as soon as one is typed. */
  problem(pointer: string): string {
    const isLive = pointer === "/price" && this.fields?.price_text.trim() !== "";
    if (!this.showsProblems && !isLive) return "";
    const found = this.view?.problems.filter(
      (problem) => problem.pointer === pointer || problem.pointer.startsWith(`${pointer}/`),
    );
    return found?.map(fieldWords).join(" ") ?? "";
  }

  /** The words in braces of a field that stand for nothing, also before any try to submit. */
  unknownWords(pointer: string): string[] {
    const found = this.view?.notices.filter(
      (notice) => notice.pointer === pointer || notice.pointer.startsWith(`${pointer}/`),
    );
    const words = found?.map((notice) => notice.word) ?? [];
    return words.filter((word, index) => words.indexOf(word) === index);
  }

  /** Adds an empty deliverable after one; gives the place where it stands. */
  addLine(after: number): number {
    this.fields?.deliverables.splice(after + 1, 0, "");
    this.typed();
    return after + 1;
  }

  /** Takes a deliverable out; gives the place to go on at. */
  removeLine(index: number): number {
    this.fields?.deliverables.splice(index, 1);
    this.typed();
    return Math.max(index - 1, 0);
  }

  /** Moves a deliverable; gives the place where it stands, or nothing if it cannot go there. */
  moveLine(index: number, step: -1 | 1): number | null {
    const lines = this.fields?.deliverables;
    const moved = lines?.[index];
    const to = index + step;
    if (!lines || moved === undefined || to < 0 || to >= lines.length) return null;
    lines.splice(index, 1);
    lines.splice(to, 0, moved);
    this.typed();
    return to;
  }

  /** Puts pasted lines where the selection is, an item each; gives the place of the last, nothing for a single line. */
  pasteLines(index: number, pasted: string, from: number, to: number): number | null {
    // A bullet or number in front was the old list's.
    const lines = pasted
      .split(/\r?\n/)
      .map((line) => line.replace(/^\s*(?:[-*•–]|\d+[.)])\s+/, "").trim())
      .filter((line) => line !== "");
    const list = this.fields?.deliverables;
    const here = list?.[index];
    if (!list || here === undefined || lines.length < 2) return null;
    const last = lines.length - 1;
    lines[0] = here.slice(0, from) + (lines[0] ?? "");
    lines[last] = (lines[last] ?? "") + here.slice(to);
    list.splice(index, 1, ...lines);
    this.typed();
    return index + last;
  }

  /** Whether the chosen kind is a call, so that times can be proposed. */
  get isCall(): boolean {
    return this.view?.kinds.some((choice) => choice.kind === this.fields?.kind && choice.is_call) ?? false;
  }

  /** Proposes a time for the call: a day after `now`, at the full hour. */
  addSlot(now: number) {
    const startsAt = Math.floor((now + 24 * HOUR) / HOUR) * HOUR;
    this.fields?.call_slots.push({ starts_at: momentOf(startsAt), minutes: 30 });
    this.typed();
  }

  changeSlot(index: number, change: Partial<CallSlotField>) {
    const slot = this.fields?.call_slots[index];
    if (!slot) return;
    Object.assign(slot, change);
    this.typed();
  }

  removeSlot(index: number) {
    this.fields?.call_slots.splice(index, 1);
    this.typed();
  }

  /** Which choice the expiry is: a number of days, `never` or `date`. */
  get expiryChoice(): string {
    const at = this.fields?.expires_at;
    if (!at) return "never";
    const known = this.view?.expiries.find((choice) => choice.expires_at === at);
    return known ? String(known.days) : "date";
  }

  chooseExpiry(choice: string, now: number) {
    if (!this.fields) return;
    const known = this.view?.expiries.find(({ days }) => String(days) === choice);
    const at = choice === "date" ? momentOf(now + 3 * 24 * HOUR) : null;
    this.setExpiry(known?.expires_at ?? at);
  }

  setExpiry(at: string | null) {
    if (!this.fields) return;
    this.fields.expires_at = at;
    this.typed();
  }

  #adopt(view: OfferDialogView) {
    this.view = view;
    this.fields = structuredClone(view.fields);
    this.#dirty = false;
  }

  async #attempt(work: () => Promise<void>) {
    this.isBusy = true;
    try {
      await work();
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.isBusy = false;
    }
  }
}
