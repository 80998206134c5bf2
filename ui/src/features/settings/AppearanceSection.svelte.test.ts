import { afterEach, expect, test, vi } from "vitest";
import type { Settings } from "../../bindings";
import { refusal } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import AppearanceSection from "./AppearanceSection.svelte";
import { loaded, SET } from "./sample";

afterEach(() => {
  vi.unstubAllGlobals();
  delete document.documentElement.dataset["theme"];
});

async function section(change: Partial<Settings> = {}, answers = {}) {
  const made = await loaded(answers);
  return { ...made, ...shown(AppearanceSection, { settings: made.settings, set: { ...SET, ...change } }) };
}

test("the look that is chosen is told, and another takes hold at once", async () => {
  const { find, press } = await section({ appearance: "light" });
  expect(find("appearance-light").getAttribute("aria-pressed")).toBe("true");
  press("appearance-dark");
  await vi.waitFor(() => expect(document.documentElement.dataset["theme"]).toBe("dark"));
});

test("zoom cannot go beyond its ends", async () => {
  const small = await section({ zoom_percent: 80 });
  expect([
    small.find<HTMLButtonElement>("zoom-out").disabled,
    small.find<HTMLButtonElement>("zoom-in").disabled,
  ]).toEqual([true, false]);
  const large = await section({ zoom_percent: 200 });
  expect([
    large.find<HTMLButtonElement>("zoom-out").disabled,
    large.find<HTMLButtonElement>("zoom-in").disabled,
  ]).toEqual([false, true]);
  const usual = await section();
  expect(usual.find<HTMLButtonElement>("zoom-reset").disabled).toBe(true);
});

test("a language begins the page anew once it is kept, and not when it could not be", async () => {
  const kept = await section();
  kept.write("language", "spanish", "change");
  await vi.waitFor(() => expect(kept.reload.count).toBe(1));
  const lost = await section(
    {},
    {
      settings_save: () => {
        throw refusal("storage_failed");
      },
    },
  );
  lost.write("language", "spanish", "change");
  await vi.waitFor(() => expect(lost.settings.error?.code).toBe("storage_failed"));
  expect(lost.reload.count).toBe(0);
});
