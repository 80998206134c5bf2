import { afterEach, expect, test, vi } from "vitest";
import { LONG, shown } from "../../shared/shown";
import DiagnosticsSection from "./DiagnosticsSection.svelte";
import { loaded } from "./sample";

afterEach(() => vi.unstubAllGlobals());

test("the version stands there; the report once it is asked for, and is copied whole", async () => {
  const written: string[] = [];
  vi.stubGlobal("navigator", {
    ...navigator,
    languages: ["en"],
    clipboard: { writeText: async (text: string) => written.push(text) },
  });
  const { settings } = await loaded({ diagnostics_show: () => ({ text: `Proffer ${LONG}` }) });
  const { text, has, press, find, target } = shown(DiagnosticsSection, { settings, version: "1.2.3" });
  expect(text()).toContain("1.2.3");
  expect(has("diagnostics")).toBe(false);
  press("diagnose");
  await vi.waitFor(() => expect(text(find("diagnostics"))).toBe(`Proffer ${LONG}`));
  press("Copy");
  await vi.waitFor(() => expect(target.querySelector('[role="status"]')?.textContent).toBeTruthy());
  expect(written).toEqual([`Proffer ${LONG}`]);
});
