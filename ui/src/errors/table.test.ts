import { afterEach, describe, expect, it } from "vitest";
import { speak } from "../i18n";
import { fieldMessage, words } from "./table";

afterEach(() => speak("en"));

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

  it("says in the language spoken what is wrong with a field", async () => {
    const field = {
      pointer: "/title",
      code: "too_long" as const,
      message: "Shorten it to 200 characters.",
      limit: "200",
    };
    const error = { code: "invalid_fields" as const, detail: "", fields: [field] };
    expect(fieldMessage(error, "/title")).toBe("Shorten it to 200 characters.");
    await speak("de");
    expect(fieldMessage(error, "/title")).toBe("Kürzen Sie auf höchstens 200 Zeichen.");
  });
});
