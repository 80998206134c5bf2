import { afterEach, expect, test, vi } from "vitest";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { sessionWith, SIGNED_IN } from "./sample";
import { Session } from "./session.svelte";
import SignInForm from "./SignInForm.svelte";

afterEach(() => vi.unstubAllGlobals());

const submit = (target: Element) =>
  target.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));

test("it is empty before anything is known, and filled with what was used before", () => {
  expect(shown(SignInForm, { session: new Session() }).find<HTMLInputElement>("signin-email").value).toBe("");
  const known = shown(SignInForm, { session: sessionWith() });
  expect(known.find<HTMLInputElement>("signin-email").value).toBe("daniel@proffer.example");
  expect(known.find<HTMLInputElement>("signin-password").type).toBe("password");
});

test("while it asks the platform it cannot be sent again, and forgets the password afterwards", async () => {
  const slow = later<unknown>();
  new ScriptedDesk({ session_sign_in: () => slow.promise, connection_show: () => ({ state: "online" }) });
  const onsignedin = vi.fn();
  const { find, write, target } = shown(SignInForm, { session: sessionWith(), onsignedin });
  write("signin-password", "seven quiet herons");
  submit(target);
  await vi.waitFor(() => expect(find<HTMLButtonElement>("signin-submit").disabled).toBe(true));
  slow.give(SIGNED_IN);
  await vi.waitFor(() => expect(onsignedin).toHaveBeenCalledOnce());
  await vi.waitFor(() => expect(find<HTMLInputElement>("signin-password").value).toBe(""));
});

test("offline and wrong fields are told, and nothing typed is lost", async () => {
  const desk = new ScriptedDesk({
    session_sign_in: () => {
      throw refusal("offline");
    },
  });
  const { find, write, target, has } = shown(SignInForm, { session: sessionWith() });
  write("signin-url", "http://nowhere.example");
  submit(target);
  await vi.waitFor(() => expect(has("error-banner")).toBe(true));
  expect(find<HTMLInputElement>("signin-url").value).toBe("http://nowhere.example");
  desk.answers.session_sign_in = () => {
    throw refusal("invalid_fields", "", [
      { pointer: "/email", code: "malformed", message: "That is no address." },
    ]);
  };
  submit(target);
  await vi.waitFor(() =>
    expect(target.querySelector(".field__problem")?.textContent).toBe("That is no address."),
  );
});
