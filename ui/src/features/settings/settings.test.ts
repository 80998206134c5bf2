import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { SettingsState } from "./settings.svelte";

const shown = (appearance: string) => ({ settings: { appearance, notifications: true, undo_seconds: 10 } });

afterEach(() => {
  vi.unstubAllGlobals();
  delete document.documentElement.dataset["theme"];
});

test("the look takes hold when settings are loaded and when it is changed, and follows the system again", async () => {
  const desk = new ScriptedDesk({
    settings_show: () => shown("dark"),
    settings_save: (settings) => ({ settings }),
  });
  const settings = new SettingsState();
  await settings.load();
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  await settings.save({ appearance: "system" });
  expect(document.documentElement.dataset["theme"]).toBeUndefined();
  expect(desk.last("settings_save")).toEqual({ appearance: "system", notifications: true, undo_seconds: 10 });
});

test("a setting that could not be kept is told and does not take hold", async () => {
  new ScriptedDesk({
    settings_show: () => shown("light"),
    settings_save: () => {
      throw refusal("storage_failed");
    },
  });
  const settings = new SettingsState();
  await settings.load();
  await settings.save({ appearance: "dark" });
  expect(settings.error?.code).toBe("storage_failed");
  expect(document.documentElement.dataset["theme"]).toBe("light");
});
