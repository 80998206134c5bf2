import { afterEach, expect, test, vi } from "vitest";
import { painted } from "./painted";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Frames that are drawn when told; gives whether waiting has ended. */
function waiting() {
  vi.useFakeTimers();
  const frames: (() => void)[] = [];
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  let isOver = false;
  void painted().then(() => (isOver = true));
  const after = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    return isOver;
  };
  return { draw: () => frames.forEach((frame) => frame()), after };
}

test("it is over in the task after a frame", async () => {
  const { draw, after } = waiting();
  expect(await after(10)).toBe(false);
  draw();
  expect(await after(0)).toBe(true);
});

test("a window that draws nothing holds nothing up", async () => {
  const { after } = waiting();
  expect(await after(49)).toBe(false);
  expect(await after(1)).toBe(true);
});
