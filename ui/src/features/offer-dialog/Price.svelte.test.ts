import { afterEach, expect, test, vi } from "vitest";
import { showPart } from "./opened";
import Price from "./Price.svelte";
import { viewWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

test("a price shows its limits, what is netted, the hint, or what is wrong with it", async () => {
  const fields = { ...viewWith().fields, price_text: "" };
  const empty = await showPart(Price, { fields, net_text: null });
  expect(empty.text()).toContain("From £5.00 to £2,500.00");
  const hint = {
    count: 3,
    low_text: "£90.00",
    median_text: "£120.00",
    high_text: "£160.00",
    is_one_price: false,
  };
  const hinted = await showPart(Price, { price_hint: hint });
  expect(hinted.find("offer-net").textContent).toBe("You net £116.00");
  expect(hinted.find("offer-price-hint").textContent).toBe(
    "Your accepted offers of this kind: £90.00 to £160.00, half of them below £120.00.",
  );
  const problem = { pointer: "/price", code: "too_large" as const, message: "Too much." };
  const wrong = await showPart(Price, { problems: [problem] });
  expect(wrong.find("problem-price").textContent).toBe("Too much.");
  expect(wrong.find("offer-price").getAttribute("aria-invalid")).toBe("true");
});

test("another currency is chosen, and what is written is told to the desk", async () => {
  const { dialog, write } = await showPart(Price);
  write("offer-currency", "EUR", "change");
  write("offer-price", "99.50");
  expect([dialog.fields?.currency, dialog.fields?.price_text]).toEqual(["EUR", "99.50"]);
});
