import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Expiry from "./Expiry.svelte";
import { showPart } from "./opened";
import { viewWith } from "./sample";

beforeEach(() => vi.stubEnv("TZ", "UTC"));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test("an expiry is chosen in the customer's zone and told in both", async () => {
  const never = await showPart(Expiry, {});
  expect(never.has("offer-expires-both")).toBe(false);
  const fields = { ...viewWith().fields, expires_at: "2026-11-26T11:00:00.000Z" };
  const dated = await showPart(Expiry, { fields });
  const field = dated.find("offer-expires-at") as HTMLInputElement;
  expect([field.value, field.min]).toEqual(["2026-11-26T20:00", "2026-11-23T20:08"]);
  expect(dated.find("offer-expires-both").textContent).toMatch(
    /20:00 for Helen \(Asia\/Tokyo\), .*11:00 for you/,
  );
  field.value = "2026-11-27T09:00";
  field.dispatchEvent(new Event("change", { bubbles: true }));
  expect(dated.dialog.fields?.expires_at).toBe("2026-11-27T00:00:00.000Z");
});

test("one that has passed says so beside its field", async () => {
  const fields = { ...viewWith().fields, expires_at: "2026-11-26T11:00:00.000Z" };
  const problem = { pointer: "/expires_at", code: "in_the_past" as const, message: "That has passed." };
  const { find } = await showPart(Expiry, { fields, problems: [problem] });
  expect(find("problem-expires").textContent).toBe("That has passed.");
  expect(find("offer-expires-at").getAttribute("aria-invalid")).toBe("true");
});
