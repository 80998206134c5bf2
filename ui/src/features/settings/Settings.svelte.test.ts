import { createRawSnippet } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { loaded } from "./sample";
import { SettingsState } from "./settings.svelte";
import Page from "./Settings.svelte";

afterEach(() => vi.unstubAllGlobals());

const part = (words: string) => createRawSnippet(() => ({ render: () => `<p>${words}</p>` }));
const parts = {
  accounts: part("accounts here"),
  notices: part("test here"),
  updates: createRawSnippet((channel: () => string) => ({ render: () => `<p>channel ${channel()}</p>` })),
};

test("before they are known only accounts stand there", () => {
  new ScriptedDesk({ data_show: () => null });
  const { target, text } = shown(Page, { settings: new SettingsState(), ...parts });
  expect(target.querySelectorAll("section")).toHaveLength(1);
  expect(text()).toContain("accounts here");
});

test("each section has its heading, to which the side list leads", async () => {
  const { settings } = await loaded();
  const { target, press, find, text } = shown(Page, { settings, ...parts });
  expect(text()).toContain("test here");
  const sections = [...target.querySelectorAll("section")].map((one) => one.getAttribute("aria-labelledby"));
  expect(sections).toHaveLength(8);
  for (const id of sections) expect(target.querySelector(`#${id}`)?.textContent, id!).toBeTruthy();
  press("settings-go-data");
  expect(document.activeElement?.id).toBe("settings-data");
  expect(find("settings-go-data").getAttribute("aria-current")).toBe("true");
});

test("how long a send can be taken back is kept within its limits", async () => {
  const { desk, settings } = await loaded();
  const { write } = shown(Page, { settings, ...parts });
  write("undo-seconds", "900", "change");
  await vi.waitFor(() => expect(desk.last("settings_save")).toMatchObject({ undo_seconds: 60 }));
});

test("what could not be kept is told and can be put away", async () => {
  const { settings } = await loaded({
    settings_save: () => {
      throw refusal("storage_failed");
    },
  });
  const { has, press } = shown(Page, { settings, ...parts });
  await settings.save({});
  await vi.waitFor(() => expect(has("error-banner")).toBe(true));
  press("Close");
  expect(has("error-banner")).toBe(false);
});
