import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { minuteOf, SettingsState, timeOf, totalOf } from "./settings.svelte";

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

test("zoom goes from step to step, stops at either end and comes back", async () => {
  let percent = 100;
  const desk = new ScriptedDesk({
    settings_show: () => ({ settings: { appearance: "system", zoom_percent: percent } }),
    settings_save: (settings) => {
      percent = settings.zoom_percent;
      return { settings };
    },
  });
  const settings = new SettingsState();
  await settings.load();
  for (const expected of [110, 125, 150, 175, 200, 200]) {
    await settings.zoom(1);
    expect(percent).toBe(expected);
  }
  expect(desk.count("settings_save")).toBe(5);
  await settings.zoom(0);
  expect(percent).toBe(100);
  for (const expected of [90, 80, 80]) {
    await settings.zoom(-1);
    expect(percent).toBe(expected);
  }
});

test("a kind's choice changes alone", async () => {
  const choices = {
    offer_accepted: { is_raised: true, has_sound: true },
    customer_replied: { is_raised: false, has_sound: false },
  };
  const desk = new ScriptedDesk({
    settings_show: () => ({ settings: { appearance: "system", notice_choices: choices } }),
    settings_save: (settings) => ({ settings }),
  });
  const settings = new SettingsState();
  await settings.load();
  await settings.choose("customer_replied", { is_raised: true });
  expect(desk.last("settings_save")).toMatchObject({
    notice_choices: { ...choices, customer_replied: { is_raised: true, has_sound: false } },
  });
});

test("the window closes after the answer about the tray is kept", async () => {
  const desk = new ScriptedDesk({
    settings_show: () => shown("light"),
    settings_save: (settings) => ({ settings }),
    window_close: () => null,
  });
  const settings = new SettingsState();
  await settings.load();
  await settings.closeWindow(true);
  expect(desk.last("settings_save")).toMatchObject({ keeps_in_tray: true });
  expect(desk.asked.at(-1)?.name).toBe("window_close");
});

test("an export that fails says why and can be tried again", async () => {
  const desk = new ScriptedDesk({
    data_export: () => {
      throw refusal("storage_failed");
    },
  });
  const settings = new SettingsState();
  await settings.exportData();
  expect(settings.error?.code).toBe("storage_failed");
  expect(settings.isExporting).toBe(false);
  desk.answers.data_export = () => ({ folder: "/downloads/x", file_count: 7 });
  await settings.exportData();
  expect(settings.error).toBeNull();
  expect(settings.exported?.file_count).toBe(7);
});

test("times of the day and sizes are read and shown", () => {
  for (const [minute, text] of [
    [0, "00:00"],
    [425, "07:05"],
    [1439, "23:59"],
  ] as const) {
    expect(timeOf(minute)).toBe(text);
    expect(minuteOf(text)).toBe(minute);
  }
  expect(minuteOf("")).toBeNull();
  const data = { folder: "/x", cache_bytes: 1, journal_bytes: 2, files_bytes: 3, other_bytes: 4 };
  expect(totalOf(data)).toBe(10);
});

test("another language begins the page anew, once it is kept", async () => {
  const desk = new ScriptedDesk({
    settings_show: () => shown("light"),
    settings_save: (settings) => ({ settings }),
  });
  const reload = vi.fn();
  const settings = new SettingsState(reload);
  await settings.load();
  await settings.speak("spanish");
  expect(desk.last("settings_save")).toMatchObject({ language: "spanish" });
  expect(reload).toHaveBeenCalledOnce();

  desk.answers.settings_save = () => {
    throw refusal("storage_failed");
  };
  await settings.speak("english");
  expect(reload).toHaveBeenCalledOnce();
});
