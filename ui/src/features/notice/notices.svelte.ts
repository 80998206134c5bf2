import type { NoticeList, NoticeTest } from "../../bindings";
import { asApiError, request } from "../../host";

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

  show(toast: Toast) {
    this.toasts = [...this.toasts, toast];
  }

  close(offerId: string) {
    this.toasts = this.toasts.filter((toast) => toast.offerId !== offerId);
  }
}
