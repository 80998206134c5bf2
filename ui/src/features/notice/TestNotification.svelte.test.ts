import { afterEach, expect, test, vi } from "vitest";
import type { NoticeTest } from "../../bindings";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { Notices } from "./notices.svelte";
import TestNotification from "./TestNotification.svelte";

afterEach(() => vi.unstubAllGlobals());

function trial(answer: () => NoticeTest, paused_until: string | null = null) {
  const list = { notices: [], unread_count: 0, paused_until };
  const desk = new ScriptedDesk({ notice_send_test: answer, notice_pause: () => list });
  const notices = new Notices();
  notices.list = list;
  return { desk, ...shown(TestNotification, { notices }) };
}

test("before anything was tried nothing is said", () => {
  const { find, text } = trial(() => ({ was_taken: true, problem: null }));
  expect([find("test-result").getAttribute("role"), text(find("test-result"))]).toEqual(["status", ""]);
});

test("what the system took is told, and what keeps it back", async () => {
  const taken = trial(() => ({ was_taken: true, problem: null }));
  taken.press("send-test");
  await vi.waitFor(() => expect(taken.find("test-result").textContent).toContain("The system took it"));
  const kept = trial(() => ({ was_taken: false, problem: "There is no notification service." }));
  kept.press("send-test");
  await vi.waitFor(() => expect(kept.find("test-result").textContent).toContain("no notification service"));
});

test("a failure says why", async () => {
  const { press, find } = trial(() => {
    throw refusal("system_refused", "The bus is gone.");
  });
  press("send-test");
  await vi.waitFor(() => expect(find("test-result").textContent).toContain("The bus is gone."));
});

test("a pause is told and ended by the same button", async () => {
  const { desk, press, has, find } = trial(
    () => ({ was_taken: true, problem: null }),
    "2026-11-23T12:00:00Z",
  );
  expect(has("paused")).toBe(true);
  expect(find("pause").textContent).toContain("Resume");
  press("pause");
  await vi.waitFor(() => expect(desk.last("notice_pause")).toEqual({ minutes: 0 }));
});
