import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { Files, isPicture } from "./files.svelte";

const file = (media_type: string, size_bytes = 100) => ({ id: "f", name: "plan", media_type, size_bytes });
const saved = () => ({ path: "/home/e/Downloads/plan.pdf" });

afterEach(() => vi.unstubAllGlobals());

test("pictures of a sensible size are shown, everything else is saved", () => {
  expect(isPicture(file("image/png"))).toBe(true);
  expect(isPicture(file("image/png", 50_000_000))).toBe(false);
  expect(isPicture(file("image/svg+xml"))).toBe(false);
  expect(isPicture(file("application/pdf"))).toBe(false);
});

test("a picture opens, and says so when it cannot be had", async () => {
  const desk = new ScriptedDesk({
    attachment_preview: () => ({ media_type: "image/png", content_base64: "AAAA" }),
  });
  const files = new Files(() => "q");
  await files.open(file("image/png"));
  expect(files.source).toBe("data:image/png;base64,AAAA");
  files.close();
  expect(files.shown).toBeNull();

  desk.answers.attachment_preview = () => {
    throw refusal("offline");
  };
  await files.open(file("image/png"));
  expect(files.shown).toBeNull();
  expect(files.error?.code).toBe("offline");
});

test("any other file is saved, and the place is told", async () => {
  const desk = new ScriptedDesk({ attachment_save: saved });
  const files = new Files(() => "q");
  await files.open(file("application/pdf"));
  expect(desk.last("attachment_save")).toEqual({ question_id: "q", attachment_id: "f" });
  expect(files.savedTo).toBe("/home/e/Downloads/plan.pdf");
});
