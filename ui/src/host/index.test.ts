import { afterEach, expect, test, vi } from "vitest";
import { asApiError, request } from "./index";
import { refusal, ScriptedDesk } from "./scripted-desk";

afterEach(() => vi.unstubAllGlobals());

test("a refusal arrives as the desk gave it", async () => {
  const refused = refusal("lock_held", "Mira holds it");
  new ScriptedDesk({
    question_lock: () => {
      throw refused;
    },
  });
  await expect(request("question_lock", { question_id: "q1" })).rejects.toEqual(refused);
});

test("anything else that is thrown becomes an error that has words", () => {
  expect(asApiError(new Error("the bridge is gone"))).toEqual(
    refusal("internal", "Error: the bridge is gone"),
  );
  expect(asApiError("gone").code).toBe("internal");
});
