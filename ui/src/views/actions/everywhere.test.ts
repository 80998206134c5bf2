import { afterEach, expect, test, vi } from "vitest";
import { actionsOf } from ".";
import { ScriptedDesk } from "../../host/scripted-desk";
import { DeskWindow } from "../desk.svelte";

afterEach(() => vi.unstubAllGlobals());

function everywhere() {
  const desk = new DeskWindow();
  const screen = { focus: vi.fn(), press: vi.fn() };
  const actions = actionsOf(desk, screen);
  const run = (id: string) => actions.find((one) => one.id === id)?.run();
  return { desk, screen, run };
}

test("each place has its own search", () => {
  const { desk, screen, run } = everywhere();
  run("filter");
  expect(screen.focus).toHaveBeenLastCalledWith("queue-search");
  run("go-requests");
  expect(desk.place).toBe("requests");
  run("filter");
  expect(screen.focus).toHaveBeenLastCalledWith("rc-search");
});

test("updates are looked for where it is said what came of it", async () => {
  const asked = new ScriptedDesk({ update_check: () => ({ state: "up_to_date" }) });
  const { desk, screen, run } = everywhere();
  run("updates");
  expect(desk.place).toBe("settings");
  await vi.waitFor(() => expect(screen.press).toHaveBeenCalledWith("settings-go-updates"));
  await vi.waitFor(() => expect(desk.update.view?.state).toBe("up_to_date"));
  expect(asked.count("update_check")).toBe(1);
});

test("every sheet has its key", () => {
  const { desk, run } = everywhere();
  for (const [id, sheet] of [
    ["outbox", "outbox"],
    ["notices", "notices"],
    ["help", "help"],
    ["shortcuts", "shortcuts"],
    ["add-account", "add-account"],
  ] as const) {
    run(id);
    expect(desk.sheet).toBe(sheet);
  }
});
