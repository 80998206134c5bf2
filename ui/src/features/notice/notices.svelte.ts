import type { NoticeList, NoticeTest } from "../../bindings";
import { asApiError, request } from "../../host";

const PAUSE_MINUTES = 60;
/** More would lie over the work; all of them are in the list. */
const TOASTS_SHOWN = 2;

/** A notice shown for a moment inside the app. */
export interface Toast {
  offerId: string;
  title: string;
  body: string;
}

/** What happened that the expert should know. */
export class Notices {
  list = $state<NoticeList | null>(null);
  test = $state<NoticeTest | null>(null);
  toasts = $state<Toast[]>([]);

  async load() {
    this.list = await request("notice_list");
  }

  async markRead(ids: string[]) {
    this.list = await request("notice_mark_read", { ids });
  }

  async sendTest() {
    try {
      this.test = await request("notice_send_test");
    } catch (error) {
      this.test = { was_taken: false, problem: asApiError(error).detail };
    }
  }

  /** Whether nothing is raised for now because the expert said so. */
  get isPaused(): boolean {
    return (this.list?.paused_until ?? null) !== null;
  }

  /** Pauses notifications for an hour, or ends the pause. */
  async pause(minutes = this.isPaused ? 0 : PAUSE_MINUTES) {
    this.list = await request("notice_pause", { minutes });
  }

  show(toast: Toast) {
    this.toasts = [...this.toasts, toast].slice(-TOASTS_SHOWN);
  }

  close(offerId: string) {
    this.toasts = this.toasts.filter((toast) => toast.offerId !== offerId);
  }
}
