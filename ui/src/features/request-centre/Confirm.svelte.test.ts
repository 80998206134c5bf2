import { afterEach, expect, test, vi } from "vitest";
import { refusal } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import Confirm from "./Confirm.svelte";
import { centreWith, OFFER } from "./sample";

afterEach(() => vi.unstubAllGlobals());

async function asking(asks: "start" | "withdraw" | "remind", answers = {}) {
  const { desk, centre } = await centreWith({}, answers);
  centre.offer = OFFER;
  centre.asks = asks;
  return { desk, centre, ...shown(Confirm, { centre, asks, name: "Helen" }) };
}
const submit = (target: Element) =>
  target.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));

test("each act asks in words of its own, and the keyboard is at yes", async () => {
  const said = [];
  for (const asks of ["start", "withdraw", "remind"] as const) {
    const { find, text } = await asking(asks);
    expect(document.activeElement).toBe(find(`${asks}-yes`));
    said.push(text());
  }
  expect(new Set(said).size).toBe(3);
});

test("Escape and not yet do nothing to the offer", async () => {
  const escaped = await asking("withdraw");
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  expect(escaped.centre.asks).toBeNull();
  const later = await asking("withdraw");
  later.press("Not yet");
  expect([later.centre.asks, later.desk.count("offer_withdraw")]).toEqual([null, 0]);
});

test("yes does it once, and a refusal is told", async () => {
  const done = await asking("start", { offer_start: () => OFFER });
  submit(done.target);
  await vi.waitFor(() => expect(done.desk.count("offer_start")).toBe(1));
  const refused = await asking("start", {
    offer_start: () => {
      throw refusal("offer_state_conflict");
    },
  });
  submit(refused.target);
  await vi.waitFor(() => expect(refused.centre.error?.code).toBe("offer_state_conflict"));
});

test("while it is done it cannot be said again", async () => {
  const { centre } = await asking("start");
  centre.isBusy = true;
  const { find } = shown(Confirm, { centre, asks: "start", name: "Helen" });
  expect(find<HTMLButtonElement>("start-yes").disabled).toBe(true);
});
