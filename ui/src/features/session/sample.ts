// A session as the desk gives it, for the tests.
import type { SavedAccount, SessionView } from "../../bindings";
import { Session } from "./session.svelte";

export const account = (name: string, isCurrent: boolean): SavedAccount => ({
  account_id: name,
  name,
  initials: name.charAt(0),
  email: `${name}@proffer.example`,
  platform_url: "https://answers.example",
  is_current: isCurrent,
});

export const SIGNED_IN: SessionView = {
  state: "signed_in",
  expert: { name: "Daniel Okafor", initials: "DO", email: "daniel@proffer.example", categories: ["Legal"] },
  platform_url: "https://answers.example",
  email: "daniel@proffer.example",
  token_kept: "keychain",
  accounts: [],
};

/** A session with some of it otherwise. */
export function sessionWith(more: Partial<SessionView> = {}): Session {
  const session = new Session();
  session.view = { ...SIGNED_IN, ...more };
  return session;
}
