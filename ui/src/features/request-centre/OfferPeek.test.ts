import { flushSync, mount, unmount } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { OfferView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import OfferPeek from "./OfferPeek.svelte";
import { RequestCentre } from "./request-centre.svelte";

const inProgress: OfferView = {
  offer_id: "0199a000-0000-7000-8000-000000000001",
  number: 2001,
  question_id: "0199a000-0000-7000-8000-000000000002",
  question_number: 48001,
  question_title: "Can he keep our domain?",
  customer_name: "Helen Marsh",
  customer_first_name: "Helen",
  version: 1,
  state: "in_progress",
  kind: "letter_templates",
  kind_label: "Letter templates",
  title: "Letter before action",
  deliverables: ["A letter, ready to sign"],
  amount_text: "£145.00",
  net_text: "£116.00",
  delivery_text: "2 working days",
  due_at: null,
  expires_at: null,
  note_html: "",
  call_slots: [],
  chosen_call_slot: null,
  viewed_at: null,
  remind_at: null,
  reminded_at: null,
  reminder: null,
  email_failed: false,
  decline_reason: null,
  cancel_reason: null,
  delivery: null,
  completes_at: null,
  history: [],
  actions: ["deliver", "cancel"],
  delivery_draft: { message: "", is_call_outcome: false, attachments: [], saved_at: null },
  pending: null,
};

afterEach(() => vi.unstubAllGlobals());

function peekAt(offer: OfferView) {
  const centre = new RequestCentre();
  centre.offer = offer;
  const target = document.createElement("div");
  const peek = mount(OfferPeek, { target, props: { centre, onquestion: () => {}, onrevise: () => {} } });
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
