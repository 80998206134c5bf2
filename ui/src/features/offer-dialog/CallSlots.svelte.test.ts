import { afterEach, beforeEach, expect, test, vi } from "vitest";
import CallSlots from "./CallSlots.svelte";
import { showPart } from "./opened";
import { viewWith } from "./sample";

beforeEach(() => vi.stubEnv("TZ", "UTC"));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test("a call time is told where the customer is, and one that has passed cannot be chosen", async () => {
  const slots = [{ starts_at: "2026-11-24T11:00:00.000Z", minutes: 30 }];
  const fields = { ...viewWith().fields, kind: "follow_up_call" as const, call_slots: slots };
  const { find } = await showPart(CallSlots, { fields }, { max: 3 });
  expect((find("offer-slot") as HTMLInputElement).min).toBe("2026-11-23T11:08");
  expect(find("offer-slot-theirs").textContent).toMatch(/20:00 for Helen \(Asia\/Tokyo\)/);
  const home = await showPart(CallSlots, { fields, customer_zone: "Europe/London" }, { max: 1 });
  expect([home.has("offer-slot-theirs"), home.has("offer-add-slot")]).toEqual([false, false]);
});

test("times are added and taken away; what is refused stands under them", async () => {
  const problem = { pointer: "/call_slots", code: "missing" as const, message: "Give a time." };
  const { all, press, find, target } = await showPart(CallSlots, { problems: [problem] }, { max: 2 });
  expect(find("offer-add-slot")).not.toBeNull();
  press("offer-add-slot");
  expect(all("offer-slot")).toHaveLength(1);
  press("offer-add-slot");
  expect([all("offer-slot").length, all("offer-add-slot").length]).toEqual([2, 0]);
  target.querySelector<HTMLButtonElement>(".slots button")?.click();
  await vi.waitFor(() => expect(all("offer-slot")).toHaveLength(1));
  expect(target.querySelector(".field__problem")?.textContent).toBe("Give a time.");
});
