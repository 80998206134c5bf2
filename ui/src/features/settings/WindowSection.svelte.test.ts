import { afterEach, expect, test, vi } from "vitest";
import { shown } from "../../shared/shown";
import { loaded, viewWith } from "./sample";
import WindowSection from "./WindowSection.svelte";

afterEach(() => vi.unstubAllGlobals());

async function section(change: Parameters<typeof viewWith>[0] = {}) {
  const made = await loaded({ settings_start_at_login: () => viewWith() });
  return { ...made, ...shown(WindowSection, { settings: made.settings, view: viewWith(change) }) };
}

test("what the system cannot do is said in words and cannot be chosen", async () => {
  const { find, text } = await section({ system: { tray_problem: "No library.", starts_at_login: null } });
  expect(find<HTMLInputElement>("keep-in-tray").disabled).toBe(true);
  expect(find<HTMLInputElement>("start-at-login").disabled).toBe(true);
  expect(find("tray-hint").textContent).toContain("No library.");
  expect(text()).toContain("does not say");
});

test("what it can do is chosen", async () => {
  const { desk, find } = await section();
  find("start-at-login").click();
  await vi.waitFor(() => expect(desk.last("settings_start_at_login")).toEqual({ starts: true }));
  find("keep-in-tray").click();
  await vi.waitFor(() => expect(desk.last("settings_save")).toMatchObject({ keeps_in_tray: true }));
});
