import type { ApiError, OfferDialogView, OfferFields, ServiceKind } from "../../bindings";
import { asApiError, request } from "../../host";

/** How long typing pauses before the fields are checked and kept, in milliseconds. */
const PAUSE = 250;

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

  async saveTemplate(name: string) {
    await this.flush();
    await this.#attempt(async () => {
      this.view = await request("offer_template_save", { draft_id: this.view?.draft_id ?? "", name });
    });
  }

  /** Submits; says whether the offer is on its way. */
  async submit(): Promise<boolean> {
    // What could not be kept must not go out in its older form.
    if (this.isBusy || !(await this.flush())) return false;
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

  /** What is wrong with a field, once problems are shown. */
  problem(pointer: string): string {
    if (!this.showsProblems) return "";
    const found = this.view?.problems.filter(
      (problem) => problem.pointer === pointer || problem.pointer.startsWith(`${pointer}/`),
    );
    return found?.map((problem) => problem.message).join(" ") ?? "";
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
