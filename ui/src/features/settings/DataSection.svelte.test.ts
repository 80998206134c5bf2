import { flushSync } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { later, refusal } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import DataSection from "./DataSection.svelte";
import { loaded } from "./sample";

afterEach(() => vi.unstubAllGlobals());

async function section(answers = {}, folder = "/data") {
  const made = await loaded(answers);
  return { ...made, ...shown(DataSection, { settings: made.settings, folder }) };
}

test("the folder stands in full, and sizes once they are measured", async () => {
  const { has, settings, text, find } = await section({}, `/${LONG}`);
  expect(text(find("data-folder"))).toBe(`/${LONG}`);
  expect(has("data-size")).toBe(false);
  await settings.measure();
  flushSync();
  expect(text(find("data-size"))).toContain("Takes");
});

test("an export can be asked for once at a time, and says where its files are", async () => {
  const slow = later<{ folder: string; file_count: number }>();
  const { find, press, text } = await section({ data_export: () => slow.promise });
  press("export");
  await vi.waitFor(() => expect(find<HTMLButtonElement>("export").disabled).toBe(true));
  slow.give({ folder: "/home/daniel/export", file_count: 7 });
  await vi.waitFor(() => expect(text(find("exported"))).toContain("/home/daniel/export"));
  expect(find<HTMLButtonElement>("export").disabled).toBe(false);
});

test("a failed export is told above the settings, and can be tried again", async () => {
  const { find, press, settings } = await section({
    data_export: () => {
      throw refusal("storage_failed");
    },
  });
  press("export");
  await vi.waitFor(() => expect(settings.error).not.toBeNull());
  expect(find<HTMLButtonElement>("export").disabled).toBe(false);
});
