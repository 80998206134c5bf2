import { flushSync, mount, unmount, type Component } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { Settings, SettingsView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import AppearanceSection from "./AppearanceSection.svelte";
import NotificationsSection from "./NotificationsSection.svelte";
import { SettingsState } from "./settings.svelte";
import WindowSection from "./WindowSection.svelte";

const on = { is_raised: true, has_sound: true };
const off = { is_raised: false, has_sound: false };
const set: Settings = {
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
};
const view = (change: Partial<SettingsView> = {}): SettingsView => ({
  settings: set,
  paused_until: null,
  system: { tray_problem: null, starts_at_login: false },
  data_folder: "/data",
  version: "0.1.0",
  ...change,
});

afterEach(() => vi.unstubAllGlobals());

async function shown<P extends Record<string, unknown>>(section: Component<P>, props: Omit<P, "settings">) {
  const desk = new ScriptedDesk({
    settings_show: () => view(),
    settings_save: (settings) => view({ settings }),
  });
  const settings = new SettingsState();
  await settings.load();
  const target = document.body.appendChild(document.createElement("div"));
  const made = mount(section, { target, props: { settings, ...props } as unknown as P });
  flushSync();
  const find = (id: string) => {
    const found = target.querySelector<HTMLInputElement>(`[data-testid="${id}"]`);
    if (!found) throw new Error(`${id} is not there`);
    return found;
  };
  return { desk, target, find, close: () => unmount(made).then(() => target.remove()) };
}

test("a kind's sound can be chosen only while it is shown, and nothing while notifications are off", async () => {
  const some = await shown(NotificationsSection, { set });
  expect(some.find("sound-offer_accepted").disabled).toBe(false);
  expect(some.find("sound-offer_declined").disabled).toBe(true);
  some.find("raise-offer_declined").click();
  await vi.waitFor(() => expect(some.desk.count("settings_save")).toBe(1));
  expect((some.desk.last("settings_save") as Settings).notice_choices.offer_declined.is_raised).toBe(true);
  await some.close();

  const none = await shown(NotificationsSection, { set: { ...set, notifications: false } });
  expect(none.find("raise-offer_accepted").disabled).toBe(true);
  await none.close();
});

test("quiet hours are set by the times that are shown", async () => {
  const { desk, find, close } = await shown(NotificationsSection, { set });
  expect([find("quiet-from").value, find("quiet-to").value]).toEqual(["22:00", "07:00"]);
  find("quiet-to").value = "06:30";
  find("quiet-to").dispatchEvent(new Event("change", { bubbles: true }));
  await vi.waitFor(() =>
    expect((desk.last("settings_save") as Settings).quiet_hours).toEqual({
      is_on: false,
      from_minute: 1320,
      to_minute: 390,
    }),
  );
  await close();
});

test("what the system cannot do is said in words and cannot be chosen", async () => {
  const problem = "No library.";
  const lacking = view({ system: { tray_problem: problem, starts_at_login: null } });
  const { find, target, close } = await shown(WindowSection, { view: lacking });
  expect(find("keep-in-tray").disabled).toBe(true);
  expect(find("start-at-login").disabled).toBe(true);
  expect(find("tray-hint").textContent).toContain(problem);
  expect(target.textContent).toContain("does not say");
  await close();

  const able = await shown(WindowSection, { view: view() });
  expect(able.find("keep-in-tray").disabled).toBe(false);
  expect(able.find("start-at-login").disabled).toBe(false);
  await able.close();
});

test("zoom cannot go beyond its ends", async () => {
  const small = await shown(AppearanceSection, { set: { ...set, zoom_percent: 80 } });
  expect(small.find("zoom-out").disabled).toBe(true);
  expect(small.find("zoom-in").disabled).toBe(false);
  await small.close();
  const usual = await shown(AppearanceSection, { set });
  expect(usual.find("zoom-reset").disabled).toBe(true);
  await usual.close();
});
