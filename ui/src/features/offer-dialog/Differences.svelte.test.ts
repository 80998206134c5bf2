import { expect, test } from "vitest";
import { LONG, shown } from "../../shared/shown";
import Differences from "./Differences.svelte";

test("a revision tells its changes in words", async () => {
  const none = shown(Differences, { revision: { version: 2, changes: [] } });
  expect(none.find("offer-unchanged")?.textContent?.trim()).toBe("Nothing differs from version 2 yet.");
  const changes = [
    { field: "price" as const, kind: "changed" as const, old: "£145.00", new: "£120.00" },
    { field: "expires_at" as const, kind: "changed" as const, old: null, new: "Tue 1 Dec 2026, 23:59" },
    { field: "deliverables" as const, kind: "removed" as const, old: "A form", new: null },
    { field: "deliverables" as const, kind: "added" as const, old: null, new: "A list" },
    { field: "deliverables" as const, kind: "moved" as const, old: null, new: null },
  ];
  const { target } = shown(Differences, { revision: { version: 1, changes } });
  const lines = [...target.querySelectorAll("li")].map((line) =>
    line.textContent?.replace(/\s+/g, " ").trim(),
  );
  expect(lines).toEqual([
    "Price Changed was £145.00 → now £120.00",
    "Expiry Changed was Never → now Tue 1 Dec 2026, 23:59",
    "What they receive Removed A form",
    "What they receive Added A list",
    "What they receive New order",
  ]);
});

test("long values stand in full", () => {
  const changes = [{ field: "title" as const, kind: "changed" as const, old: LONG, new: "Short" }];
  expect(shown(Differences, { revision: { version: 1, changes } }).text()).toContain(LONG);
});
