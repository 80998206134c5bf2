import { afterEach, expect, test, vi } from "vitest";
import { ScriptedDesk } from "../../host/scripted-desk";
import { Guide } from "./guide.svelte";

const KINDS = ["locked", "scope_clear", "answered", "confirmed", "offered"];
const shown = (done: number, isOpen = true) => ({
  is_open: isOpen,
  steps: KINDS.map((kind, index) => ({ kind, is_done: index < done })),
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("the next step is the first that is not done, and none when all are", async () => {
  const desk = new ScriptedDesk({ guide_show: () => shown(2) });
  const guide = new Guide();
  expect(guide.next).toBeNull();
  await guide.load();
  expect(guide.next?.kind).toBe("answered");
  desk.answers.guide_show = () => shown(5);
  await guide.refresh();
  expect(guide.next).toBeNull();
});

test("steps that were put away are not asked for again until they are opened", async () => {
  const desk = new ScriptedDesk({
    guide_show: () => shown(0),
    guide_open: ({ is_open }) => shown(0, is_open),
  });
  const guide = new Guide();
  await guide.load();
  await guide.open(false);
  expect(guide.view?.is_open).toBe(false);
  await guide.refresh();
  expect(desk.count("guide_show")).toBe(1);
  await guide.open(true);
  expect(desk.last("guide_open")).toEqual({ is_open: true });
  expect(guide.view?.is_open).toBe(true);
});

test("when the last step is done, that is said for a while and the steps go", async () => {
  vi.useFakeTimers();
  const desk = new ScriptedDesk({
    guide_show: () => shown(4),
    guide_open: ({ is_open }) => shown(5, is_open),
  });
  const guide = new Guide();
  await guide.load();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(guide.view?.is_open).toBe(true);
  desk.answers.guide_show = () => shown(5);
  await guide.refresh();
  await guide.refresh();
  expect(guide.view?.is_open).toBe(true);
  await vi.advanceTimersByTimeAsync(8_000);
  expect(desk.asked.filter(({ name }) => name === "guide_open").map(({ payload }) => payload)).toEqual([
    { is_open: false },
  ]);
  expect(guide.view?.is_open).toBe(false);
});

test("steps that were all done before are not shown again at the start", async () => {
  const desk = new ScriptedDesk({
    guide_show: () => shown(5),
    guide_open: ({ is_open }) => shown(5, is_open),
  });
  const guide = new Guide();
  await guide.load();
  expect(desk.last("guide_open")).toEqual({ is_open: false });
});

test("who asked for the steps puts them away themselves", async () => {
  vi.useFakeTimers();
  new ScriptedDesk({ guide_show: () => shown(5), guide_open: ({ is_open }) => shown(5, is_open) });
  const guide = new Guide();
  await guide.open(true);
  await guide.refresh();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(guide.view?.is_open).toBe(true);
});
