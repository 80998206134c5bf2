import { flushSync } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { GuideView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { Guide } from "./guide.svelte";
import GuideStrip from "./Guide.svelte";

afterEach(() => vi.unstubAllGlobals());

const kinds = ["locked", "scope_clear", "answered", "confirmed", "offered"] as const;
const view = (done: number, isOpen = true): GuideView => ({
  is_open: isOpen,
  steps: kinds.map((kind, index) => ({ kind, is_done: index < done })),
});

function strip(first: GuideView | null) {
  const desk = new ScriptedDesk({ guide_open: ({ is_open }) => view(5, is_open) });
  const guide = new Guide();
  guide.view = first;
  return { desk, guide, ...shown(GuideStrip, { guide, keysOf: (step: string) => `<${step}>` }) };
}

test("it shows what is done, which is next and how, and that all is done", () => {
  const { guide, find, text } = strip(view(1));
  expect(find("guide-locked").dataset["state"]).toBe("done");
  expect(find("guide-scope_clear").getAttribute("aria-current")).toBe("step");
  expect(text()).toContain("<scope_clear>");
  guide.view = view(5);
  flushSync();
  expect(text()).toContain("That was all of it");
});

test("what is next is announced when it changes", () => {
  const { target } = strip(view(0));
  expect(target.querySelector('[role="status"]')?.textContent).toContain("<locked>");
});

test("it goes when it is put away, and is not there before anything is known", async () => {
  const { press, has } = strip(view(2));
  press("guide-hide");
  await vi.waitFor(() => expect(has("guide")).toBe(false));
  expect(strip(null).has("guide")).toBe(false);
  expect(strip(view(0, false)).has("guide")).toBe(false);
});
