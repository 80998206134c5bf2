import { afterEach, expect, test, vi } from "vitest";
import { bothTimes, fromZoneField, toZoneField } from "./zones";

afterEach(() => vi.unstubAllEnvs());

test.each([
  ["2026-12-01T23:59:00.000Z", "America/New_York", "2026-12-01T18:59"],
  ["2026-12-01T18:30:00.000Z", "Asia/Kolkata", "2026-12-02T00:00"],
  ["2026-07-01T11:00:00.000Z", "Europe/London", "2026-07-01T12:00"],
  // An hour after the clocks went forward there, and an hour after they went back.
  ["2026-03-08T07:30:00.000Z", "America/New_York", "2026-03-08T03:30"],
  ["2026-11-01T07:30:00.000Z", "America/New_York", "2026-11-01T02:30"],
])("%s is %s time %s, and back", (at, zone, field) => {
  expect(toZoneField(at, zone)).toBe(field);
  expect(fromZoneField(field, zone)).toBe(at);
});

test("an empty field is no moment", () => {
  expect(fromZoneField("", "Asia/Tokyo")).toBeNull();
  expect(fromZoneField("", null)).toBeNull();
});

test("the expert's own time is told only where it reads otherwise", () => {
  vi.stubEnv("TZ", "UTC");
  const at = "2026-12-01T23:59:00.000Z";
  expect(bothTimes(at, null).mine).toBeNull();
  expect(bothTimes(at, "Europe/London").mine).toBeNull();
  const { theirs, mine } = bothTimes(at, "Asia/Tokyo");
  expect(theirs).toContain("08:59");
  expect(mine).toContain("23:59");
});
