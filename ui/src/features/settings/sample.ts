// Settings as the desk gives them, for the tests.
import type { Settings, SettingsView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { SettingsState } from "./settings.svelte";

const on = { is_raised: true, has_sound: true };
const off = { is_raised: false, has_sound: false };

export const SET: Settings = {
  appearance: "system",
  zoom_percent: 100,
  language: "system",
  notifications: true,
  notice_choices: {
    offer_accepted: on,
    offer_completed: on,
    offer_declined: off,
    customer_replied: off,
    support_replied: off,
    lock_ends_soon: on,
    digest: on,
    cache_rebuilt: off,
  },
  notice_detail: "full",
  quiet_hours: { is_on: false, from_minute: 1320, to_minute: 420 },
  keeps_in_tray: null,
  undo_seconds: 5,
  update_channel: "stable",
};

/** The view with some of it otherwise. */
export const viewWith = (change: Partial<SettingsView> = {}): SettingsView => ({
  settings: SET,
  paused_until: null,
  system: { tray_problem: null, starts_at_login: false },
  data_folder: "/data",
  version: "0.1.0",
  ...change,
});

/** Settings that are loaded from a scripted desk. */
export async function loaded(
  answers: ConstructorParameters<typeof ScriptedDesk>[0] = {},
  view: SettingsView = viewWith(),
) {
  const desk = new ScriptedDesk({
    settings_show: () => view,
    settings_save: (settings) => viewWith({ settings }),
    data_show: () => ({ cache_bytes: 2_048, journal_bytes: 1_024, files_bytes: 0, other_bytes: 512 }),
    ...answers,
  });
  const reload = { count: 0 };
  const settings = new SettingsState(() => (reload.count += 1));
  await settings.load();
  return { desk, settings, reload };
}
