import { describe, expect, it } from "vitest";
import { fieldMessage, words } from "./table";

describe("the table of errors", () => {
  it("has a way out for a refused lock and keeps what the platform said", () => {
    const shown = words({ code: "lock_held", detail: "Mira holds it", fields: [] });
    expect(shown.wayOut).toContain("draft is kept");
    expect(shown.detail).toBe("Mira holds it");
  });

  it("does not say twice what is wrong with a sign-in", () => {
    const shown = words({
      code: "wrong_credentials",
      detail: "Check the address and the password.",
      fields: [],
    });
    expect(shown.wayOut).toContain("Check both");
    expect(shown.detail).toBe("");
  });

  it("finds a field's problem by its pointer, also below it", () => {
    const error = {
      code: "invalid_fields" as const,
      detail: "",
      fields: [{ pointer: "/deliverables/2", code: "too_long" as const, message: "Shorten it." }],
    };
    expect(fieldMessage(error, "/deliverables")).toBe("Shorten it.");
    expect(fieldMessage(error, "/price")).toBe("");
    expect(fieldMessage(null, "/price")).toBe("");
  });
});
