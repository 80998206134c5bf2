import type { ApiError, Attachment } from "../../bindings";
import { asApiError, request } from "../../host";

/** What a file chip needs to know. */
export type FileHead = Pick<Attachment, "id" | "name" | "media_type" | "size_bytes">;

/** Beyond so many bytes a picture is saved, not shown. */
const SHOWN_BYTES = 10 * 1024 * 1024;

/** Whether the desk can show it. */
export const isPicture = (file: FileHead): boolean =>
  /^image\/(png|jpeg|gif|webp)$/.test(file.media_type) && file.size_bytes <= SHOWN_BYTES;

/** A file looked at or saved. */
export class Files {
  /** The one that is shown large. */
  shown = $state<FileHead | null>(null);
  source = $state("");
  savedTo = $state<string | null>(null);
  error = $state<ApiError | null>(null);

  /** `questionId` tells the question whose files they are. */
  constructor(private readonly questionId: () => string) {}

  /** Shows a picture, saves anything else. */
  async open(file: FileHead) {
    this.savedTo = null;
    this.error = null;
    if (!isPicture(file)) return this.save(file);
    this.shown = file;
    this.source = "";
    try {
      const preview = await request("attachment_preview", this.#named(file));
      if (this.shown?.id === file.id)
        this.source = `data:${preview.media_type};base64,${preview.content_base64}`;
    } catch (error) {
      this.shown = null;
      this.error = asApiError(error);
    }
  }

  async save(file: FileHead) {
    try {
      this.savedTo = (await request("attachment_save", this.#named(file))).path;
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  close() {
    this.shown = null;
    this.source = "";
  }

  #named(file: FileHead) {
    return { question_id: this.questionId(), attachment_id: file.id };
  }
}
