import { afterEach, expect, test, vi } from "vitest";
import type { Settings } from "../../bindings";
import { refusal } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import NotificationsSection from "./NotificationsSection.svelte";
import { loaded, SET } from "./sample";

afterEach(() => vi.unstubAllGlobals());

async function section(change: Partial<Settings> = {}) {
  const made = await loaded();
  return { ...made, ...shown(NotificationsSection, { settings: made.settings, set: { ...SET, ...change } }) };
}
const isOff = (section: { find: (id: string) => HTMLElement }, id: string) =>
  (section.find(id) as HTMLInputElement).disabled;

test("a kind's sound can be chosen only while it is shown, and nothing while notifications are off", async () => {
  const some = await section();
  expect([isOff(some, "sound-offer_accepted"), isOff(some, "sound-offer_declined")]).toEqual([false, true]);
  some.find("raise-offer_declined").click();
  await vi.waitFor(() => expect(some.desk.count("settings_save")).toBe(1));
  expect((some.desk.last("settings_save") as Settings).notice_choices.offer_declined.is_raised).toBe(true);
  const none = await section({ notifications: false });
  expect(isOff(none, "raise-offer_accepted")).toBe(true);
});

test("how much is shown is chosen, and all can be put off", async () => {
  const { desk, find } = await section();
  find("detail-nothing").click();
  await vi.waitFor(() => expect(desk.last("settings_save")).toMatchObject({ notice_detail: "nothing" }));
  find("notifications").click();
  await vi.waitFor(() => expect(desk.last("settings_save")).toMatchObject({ notifications: false }));
});

test("quiet hours are set by the times that are shown, and what is wrong with them stands beside them", async () => {
  const { desk, find, settings, target, write } = await section();
  expect([find<HTMLInputElement>("quiet-from").value, find<HTMLInputElement>("quiet-to").value]).toEqual([
    "22:00",
    "07:00",
  ]);
  write("quiet-to", "06:30", "change");
  await vi.waitFor(() =>
    expect((desk.last("settings_save") as Settings).quiet_hours).toEqual({
      is_on: false,
      from_minute: 1320,
      to_minute: 390,
    }),
  );
  desk.answers.settings_save = () => {
    throw refusal("invalid_fields", "", [
      { pointer: "/quiet_hours", code: "malformed", message: "They must differ." },
    ]);
  };
  await settings.save({});
  await vi.waitFor(() =>
    expect(target.querySelector(".field__problem")?.textContent).toBe("They must differ."),
  );
});
