import { afterEach, expect, test, vi } from "vitest";
import { shown } from "../../shared/shown";
import { loaded } from "./sample";
import TrayQuestion from "./TrayQuestion.svelte";

afterEach(() => vi.unstubAllGlobals());

async function asked() {
  const made = await loaded({ window_close: () => null });
  const onclose = vi.fn();
  return { ...made, onclose, ...shown(TrayQuestion, { settings: made.settings, onclose }) };
}

test("either answer is kept and closes the window; the keyboard is at the one that loses nothing", async () => {
  for (const [button, keeps] of [
    ["tray-keep", true],
    ["tray-quit", false],
  ] as const) {
    const { desk, press, find } = await asked();
    if (keeps) expect(document.activeElement).toBe(find("tray-keep"));
    press(button);
    await vi.waitFor(() => expect(desk.count("window_close")).toBe(1));
    expect(desk.last("settings_save")).toMatchObject({ keeps_in_tray: keeps });
  }
});

test("without an answer the window stays", async () => {
  const { desk, onclose, press } = await asked();
  press("tray-cancel");
  expect(onclose).toHaveBeenCalledOnce();
  expect(desk.count("window_close")).toBe(0);
});
