import { flushSync, mount, unmount } from "svelte";
import { expect, test } from "vitest";
import type { OfferView } from "../../bindings";
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
