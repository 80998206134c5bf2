import { describe, expect, it } from "vitest";
import { clockIn, fromLocalField, left, size, toLocalField, when } from "./format";

describe("times and sizes", () => {
  const now = Date.parse("2026-11-23T11:00:00Z");

  it("says how much of a lock is left, and nothing once it has passed", () => {
    expect(left("2026-11-23T12:12:00Z", now)).toBe("1 h 12 min");
    expect(left("2026-11-23T11:24:30Z", now)).toBe("24 min");
    expect(left("2026-11-23T11:00:20Z", now)).toBe("under a minute");
    expect(left("2026-11-23T10:59:00Z", now)).toBe("");
  });

  it("shows the day of what was not today", () => {
    expect(when("2026-11-15T11:04:00Z", now)).toMatch(/15/);
  });

  it("reads back what it wrote into a date field", () => {
    const moment = "2026-12-24T18:30:00.000Z";
    expect(fromLocalField(toLocalField(moment))).toBe(moment);
    expect(fromLocalField("")).toBeNull();
  });

  it("rounds sizes up", () => {
    expect(size(10)).toBe("10 bytes");
    expect(size(1500)).toBe("2 KB");
  });
});

it("the time where somebody else is, and nothing for a zone that is not known", () => {
  const at = Date.parse("2026-11-23T02:08:00Z");
  expect(clockIn("Asia/Tokyo", at)).toBe("11:08");
  expect(clockIn("Nowhere/At_all", at)).toBe("");
});
