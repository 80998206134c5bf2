import { afterEach, expect, test, vi } from "vitest";
import { ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { Conversation } from "./conversation.svelte";
import DraftFiles from "./DraftFiles.svelte";
import { FILE } from "../../shared/files/sample";
import { viewWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

function files(change: Partial<Conversation>) {
  const conversation = Object.assign(new Conversation(), { view: viewWith() }, change);
  return shown(DraftFiles, { conversation, questionId: "question-1" });
}

test("without files nothing stands there", () => {
  expect(files({}).target.querySelector(".composer__files")).toBeNull();
});

test("each file can be taken off by a button that names it", async () => {
  const desk = new ScriptedDesk({ attachment_remove: () => null });
  const { target, press } = files({ attachments: [{ ...FILE, name: LONG }] });
  expect(target.querySelector("button")?.textContent).toContain(LONG);
  press(target.querySelector("button")!.textContent!.trim());
  await vi.waitFor(() => expect(desk.last("attachment_remove")).toMatchObject({ attachment_id: "file-1" }));
});

test("one that is being added says how far it is", () => {
  const { target, text } = files({ uploads: [{ name: "wall.png", share: 0.25 }] });
  expect(text()).toContain("25");
  expect(target.querySelector("progress")?.getAttribute("aria-label")).toBe("wall.png");
});
