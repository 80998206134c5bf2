import type { ApiError, ConnectionView, SavedAccount, SessionView } from "../../bindings";
import { asApiError, request } from "../../host";

/** Who is signed in, and how the desk stands to its platform. */
export class Session {
  view = $state<SessionView | null>(null);
  connection = $state<ConnectionView | null>(null);
  error = $state<ApiError | null>(null);
  isWorking = $state(false);
  /** Whether the platform has asked for the code of the authenticator app since somebody last signed in. */
  asksCode = $state(false);
  /** The account that its expert was asked about, whether to sign out of it. */
  leaving = $state<SavedAccount | null>(null);

  /** The account that is worked with. */
  get current(): SavedAccount | null {
    return this.view?.accounts?.find((account) => account.is_current) ?? null;
  }

  /** The saved accounts that are not worked with. */
  get others(): SavedAccount[] {
    return (this.view?.accounts ?? []).filter((account) => !account.is_current);
  }

  async load() {
    this.view = await request("session_show");
    this.connection = await request("connection_show");
  }

  signIn(platformUrl: string, email: string, password: string, code = ""): Promise<boolean> {
    return this.#work(() =>
      request("session_sign_in", {
        platform_url: platformUrl,
        email,
        password,
        ...(code.trim() ? { code: code.trim() } : {}),
      }),
    );
  }

  switchTo(accountId: string): Promise<boolean> {
    return this.#work(() => request("session_switch", { account_id: accountId }));
  }

  /** Says which account is to be left; it is left when its expert has said yes. */
  askToLeave(accountId: string): boolean {
    this.leaving = this.view?.accounts?.find((account) => account.account_id === accountId) ?? null;
    return this.leaving !== null;
  }

  async leave(): Promise<boolean> {
    const account = this.leaving;
    if (!account) return false;
    this.leaving = null;
    return this.#work(() =>
      account.is_current
        ? request("session_sign_out")
        : request("session_forget", { account_id: account.account_id }),
    );
  }

  async #work(ask: () => Promise<SessionView>): Promise<boolean> {
    this.isWorking = true;
    this.error = null;
    try {
      this.view = await ask();
      this.connection = await request("connection_show");
      this.asksCode = false;
      return true;
    } catch (error) {
      this.error = asApiError(error);
      this.asksCode ||= this.error.code === "code_needed";
      return false;
    } finally {
      this.isWorking = false;
    }
  }
}
