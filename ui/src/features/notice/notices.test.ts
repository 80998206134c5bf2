import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { Notices } from "./notices.svelte";

afterEach(() => vi.unstubAllGlobals());

test("a closed toast goes, the others stay", () => {
  const notices = new Notices();
  for (const offerId of ["a", "b"]) notices.show({ offerId, title: "Helen accepted your offer", body: "" });
  notices.close("a");
  expect(notices.toasts.map((toast) => toast.offerId)).toEqual(["b"]);
});

test("no more than the two newest toasts lie over the work", () => {
  const notices = new Notices();
  for (const offerId of ["a", "b", "c"])
    notices.show({ offerId, title: "Helen accepted your offer", body: "" });
  expect(notices.toasts.map((toast) => toast.offerId)).toEqual(["b", "c"]);
});

test("a test notification that fails is told with its reason", async () => {
  new ScriptedDesk({
    notice_send_test: () => {
      throw refusal("notifications_refused", "No notification service runs.");
    },
  });
  const notices = new Notices();
  await notices.sendTest();
  expect(notices.test).toEqual({ was_taken: false, problem: "No notification service runs." });
});

test("a pause lasts an hour, and the same button ends it", async () => {
  const desk = new ScriptedDesk({
    notice_pause: ({ minutes }) => ({
      notices: [],
      unread_count: 0,
      paused_until: minutes ? "2026-11-23T13:00:00Z" : null,
    }),
  });
  const notices = new Notices();
  await notices.pause();
  expect(notices.isPaused).toBe(true);
  await notices.pause();
  expect(notices.isPaused).toBe(false);
  expect(desk.asked.map(({ payload }) => payload)).toEqual([{ minutes: 60 }, { minutes: 0 }]);
});
