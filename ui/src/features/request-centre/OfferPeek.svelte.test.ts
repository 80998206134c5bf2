import { flushSync, mount, unmount } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { OfferView } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { FILE } from "../../shared/files/sample";
import { LONG, shown } from "../../shared/shown";
import OfferPeek from "./OfferPeek.svelte";
import { RequestCentre } from "./request-centre.svelte";
import { OFFER } from "./sample";

const inProgress = OFFER;

afterEach(() => vi.unstubAllGlobals());

function peekAt(offer: OfferView) {
  const centre = new RequestCentre();
  centre.offer = offer;
  const target = document.createElement("div");
  const peek = mount(OfferPeek, {
    target,
    props: { centre, onquestion: () => {}, onrevise: () => {}, onoutbox: () => {} },
  });
  flushSync();
  const find = <E extends HTMLElement>(id: string) => target.querySelector<E>(`[data-testid="${id}"]`);
  return { centre, find, close: () => unmount(peek) };
}

test("a delivery that is being written stays open when the same offer comes anew, and not for another", async () => {
  const { centre, find, close } = peekAt(inProgress);
  find("offer-deliver")?.click();
  flushSync();
  expect(find("deliver-message")).not.toBeNull();

  centre.offer = { ...inProgress, viewed_at: "2026-11-23T10:00:00Z" };
  flushSync();
  expect(find("deliver-message")).not.toBeNull();

  centre.offer = { ...inProgress, offer_id: "0199a000-0000-7000-8000-000000000003" };
  flushSync();
  expect(find("deliver-message")).toBeNull();
  await close();
});

test("a withdrawal is asked about, and nothing happens until it is confirmed", async () => {
  const sent: OfferView = { ...inProgress, state: "sent", actions: ["revise", "remind", "withdraw"] };
  const desk = new ScriptedDesk({
    offer_withdraw: () => ({ ...sent, state: "withdrawn", actions: [] }),
    request_centre_list: () => ({ views: [], groups: [] }),
  });
  const { centre, find, close } = peekAt(sent);
  find("offer-withdraw")?.click();
  flushSync();
  expect(desk.count("offer_withdraw")).toBe(0);
  expect(find("offer-confirm")?.textContent).toContain("Helen");
  centre.asks = null;
  flushSync();
  expect(find("offer-withdraw")).not.toBeNull();

  find("offer-withdraw")?.click();
  flushSync();
  await centre.confirm();
  flushSync();
  expect(desk.count("offer_withdraw")).toBe(1);
  expect(find("offer-confirm")).toBeNull();
  await close();
});

test("a reminder that cannot be sent says why, beside its button", async () => {
  const open: OfferView = {
    ...inProgress,
    state: "sent",
    actions: ["remind"],
    reminder: { blocker: { kind: "too_early", allowed_at: "2026-11-24T10:00:00Z" } },
  };
  const { centre, find, close } = peekAt(open);
  const button = () => find<HTMLButtonElement>("offer-remind");
  expect(button()?.disabled).toBe(true);
  expect(button()?.getAttribute("aria-describedby")).toBe(find("remind-blocked")?.id);
  expect(find("remind-blocked")?.textContent).toContain("a day after");

  centre.offer = { ...open, reminder: { blocker: null } };
  flushSync();
  expect(button()?.disabled).toBe(false);
  expect(find("remind-blocked")).toBeNull();
  await close();
});

test("before an offer is chosen it says to choose one", () => {
  const { target } = shown(OfferPeek, {
    centre: new RequestCentre(),
    onquestion: () => {},
    onrevise: () => {},
    onoutbox: () => {},
  });
  expect(target.querySelector(".empty")?.textContent).toBeTruthy();
});

/** The offer with some of it otherwise. */
function peekWith(more: Partial<OfferView>, error: RequestCentre["error"] = null) {
  const centre = new RequestCentre();
  centre.offer = { ...OFFER, ...more };
  centre.error = error;
  const given = { onquestion: vi.fn(), onrevise: vi.fn(), onoutbox: vi.fn() };
  return { centre, ...given, ...shown(OfferPeek, { centre, ...given }) };
}

test("each act has its button, and where there is none that is said", () => {
  const all = peekWith({
    state: "sent",
    actions: ["start", "deliver", "remind", "revise", "withdraw", "cancel"],
  });
  for (const act of ["start", "deliver", "remind", "revise", "withdraw", "cancel"])
    expect(all.has(`offer-${act}`), act).toBe(true);
  all.press("offer-revise");
  expect(all.onrevise).toHaveBeenCalledWith("question-1", "offer-1");
  expect(
    peekWith({ state: "completed", actions: [] }).target.querySelector(".peek__acts")?.textContent?.trim(),
  ).toBeTruthy();
});

test("one that waits to be sent says so; one that was refused says why, and so does a failed act", () => {
  const pending = { command_id: "command-1", kind: "offer" as const, error: null, is_editable: false };
  const waiting = peekWith({ state: null, number: null, pending });
  expect(waiting.find("offer-view").dataset["state"]).toBe("queued");
  // Its status says so already.
  expect(waiting.target.querySelector(".tag")).toBeNull();
  expect(peekWith({ pending: { ...pending, kind: "start" } }).target.querySelector(".tag")).not.toBeNull();
  expect(waiting.has("offer-pending-edit")).toBe(false);
  const error = refusal("offer_state_conflict");
  expect(peekWith({ pending: { ...pending, error } }).has("error-banner")).toBe(true);
  expect(peekWith({}, refusal("offline")).has("error-banner")).toBe(true);
});

test("what happened, what was said and what was delivered stand there, however long", () => {
  const { text, find, onquestion, press } = peekWith({
    state: "delivered",
    title: LONG,
    note_html: "<p>Take your time.</p>",
    decline_reason: "Too dear.",
    cancel_reason: "No time.",
    email_failed: true,
    expires_at: "2026-12-01T10:00:00Z",
    due_at: "2026-11-25T10:00:00Z",
    completes_at: "2026-12-02T10:00:00Z",
    chosen_call_slot: { starts_at: "2026-11-25T10:00:00Z", minutes: 30 },
    delivery: {
      message_html: "<p>Here it is.</p>",
      is_call_outcome: false,
      attachments: [{ id: "file-1", name: "letter.pdf", media_type: "application/pdf", size_bytes: 10 }],
      delivered_at: "2026-11-25T09:00:00Z",
    },
    history: [
      { kind: "sent", version: 1, at: "2026-11-20T10:00:00Z" },
      { kind: "revised", version: 2, at: "2026-11-21T10:00:00Z" },
    ],
  });
  for (const words of [LONG, "Take your time.", "Too dear.", "No time.", "Here it is.", "letter.pdf"])
    expect(text()).toContain(words);
  expect(text(find("history-revised"))).toContain("2");
  press("Q-48001");
  expect(onquestion).toHaveBeenCalledWith("question-1");
});

test("a file that was delivered can be had again", async () => {
  const desk = new ScriptedDesk({ attachment_save: () => ({ path: "/home/daniel/Downloads/invoice.pdf" }) });
  const { press, text } = peekWith({
    state: "delivered",
    delivery: {
      message_html: "<p>Here it is.</p>",
      is_call_outcome: false,
      attachments: [FILE],
      delivered_at: "2026-11-25T09:00:00Z",
    },
  });
  press("file-chip");
  await vi.waitFor(() => expect(text()).toContain("/home/daniel/Downloads/invoice.pdf"));
  expect(desk.last("attachment_save")).toEqual({ question_id: "question-1", attachment_id: FILE.id });
});

test("what waits can be taken back; what was refused can be edited, sent again or thrown away", () => {
  const pending = { command_id: "command-1", kind: "offer" as const, error: null, is_editable: true };
  const waiting = peekWith({ state: null, pending });
  expect(waiting.text(waiting.find("offer-pending-edit"))).toMatch(/^Take back/);
  waiting.press("offer-pending-edit");
  expect(waiting.onoutbox).toHaveBeenCalledWith("edit");

  const refused = peekWith({ pending: { ...pending, error: refusal("offer_state_conflict") } });
  for (const action of ["edit", "retry", "discard"]) {
    refused.press(`offer-pending-${action}`);
    expect(refused.onoutbox).toHaveBeenLastCalledWith(action);
  }
  // A refused withdrawal says nothing that could be edited.
  const withdrawal = { ...pending, kind: "withdrawal" as const, error: refusal("offer_state_conflict") };
  expect(peekWith({ pending: withdrawal }).has("offer-pending-edit")).toBe(false);
});

test("a reason that was written for one offer does not stand under another", async () => {
  const { centre, find, write } = peekWith({});
  centre.asks = "cancel";
  flushSync();
  write("cancel-reason", "No time.");
  centre.offer = { ...OFFER, offer_id: "offer-2" };
  flushSync();
  centre.asks = "cancel";
  flushSync();
  expect(find<HTMLTextAreaElement>("cancel-reason").value).toBe("");
});
