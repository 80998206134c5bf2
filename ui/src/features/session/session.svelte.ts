import type { ApiError, ConnectionView, SessionView } from "../../bindings";
import { asApiError, request } from "../../host";

/** Who is signed in, and how the desk stands to its platform. */
export class Session {
  view = $state<SessionView | null>(null);
  connection = $state<ConnectionView | null>(null);
  error = $state<ApiError | null>(null);
  isWorking = $state(false);

  async load() {
    this.view = await request("session_show");
    this.connection = await request("connection_show");
  }

  async signIn(platformUrl: string, email: string, password: string): Promise<boolean> {
    this.isWorking = true;
    this.error = null;
    try {
      this.view = await request("session_sign_in", { platform_url: platformUrl, email, password });
      this.connection = await request("connection_show");
      return true;
    } catch (error) {
      this.error = asApiError(error);
      return false;
    } finally {
      this.isWorking = false;
    }
  }

  async signOut() {
    this.view = await request("session_sign_out");
  }
}
