import { expect, test } from "vitest";
import { LONG, shown } from "../../shared/shown";
import Differences from "./Differences.svelte";

test("a revision tells its changes in words", async () => {
  const none = shown(Differences, { revision: { version: 2, changes: [] }, zone: null });
  expect(none.find("offer-unchanged")?.textContent?.trim()).toBe("Nothing differs from version 2 yet.");
  const changes = [
    { field: "price" as const, kind: "changed" as const, old: "£145.00", new: "£120.00" },
    { field: "expires_at" as const, kind: "changed" as const, old: null, new: "2026-12-01T14:59:00Z" },
    { field: "kind" as const, kind: "changed" as const, old: "other", new: "letter_templates" },
    { field: "delivery_time" as const, kind: "changed" as const, old: "1 weeks", new: "2 working_days" },
    { field: "call_slots" as const, kind: "added" as const, old: null, new: "2026-12-01T05:30:00Z 30" },
    { field: "deliverables" as const, kind: "removed" as const, old: "A form", new: null },
    { field: "deliverables" as const, kind: "added" as const, old: null, new: "A list" },
    { field: "deliverables" as const, kind: "moved" as const, old: null, new: null },
  ];
  const { target } = shown(Differences, { revision: { version: 1, changes }, zone: "Asia/Tokyo" });
  const lines = [...target.querySelectorAll("li")].map((line) =>
    line.textContent?.replace(/\s+/g, " ").trim(),
  );
  expect(lines).toEqual([
    "Price Changed was £145.00 → now £120.00",
    "Expiry Changed was Never → now Tue, Dec 1, 2026, 23:59",
    "Kind Changed was Other service → now Letter templates",
    "Delivery Changed was 1 week → now 2 working days",
    "Times for the call Added Tue, Dec 1, 2026, 14:30, 30 minutes",
    "What they receive Removed A form",
    "What they receive Added A list",
    "What they receive New order",
  ]);
});

test("long values stand in full", () => {
  const changes = [{ field: "title" as const, kind: "changed" as const, old: LONG, new: "Short" }];
  expect(shown(Differences, { revision: { version: 1, changes }, zone: null }).text()).toContain(LONG);
});
