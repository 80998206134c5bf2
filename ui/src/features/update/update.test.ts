import { afterEach, expect, test, vi } from "vitest";
import { refusal, ScriptedDesk } from "../../host/scripted-desk";
import { AVAILABLE, viewWith } from "./sample";
import { shareOf, Update } from "./update.svelte";

afterEach(() => vi.unstubAllGlobals());

const READY = viewWith({ state: "ready", version: "0.2.0" });
const INSTALLED = viewWith({ state: "installed", version: "0.2.0" });

test("what is typed is kept before it is installed and before the restart", async () => {
  const desk = new ScriptedDesk({ update_install: () => INSTALLED, update_restart: () => INSTALLED });
  const keepTyped = vi.fn(() => Promise.resolve(true));
  const update = new Update(keepTyped);
  update.view = READY;
  await update.install();
  expect(keepTyped).toHaveBeenCalledTimes(2);
  expect(desk.last("update_install")).toEqual({ has_unsaved_draft: false });
  expect(desk.last("update_restart")).toEqual({ has_unsaved_draft: false });
});

test("what could not be kept holds the restart up", async () => {
  const blocked = { ...READY, blocker: "unsaved_draft" as const };
  const desk = new ScriptedDesk({ update_install: () => blocked });
  const update = new Update(() => Promise.resolve(false));
  await update.install();
  expect(desk.last("update_install")).toEqual({ has_unsaved_draft: true });
  expect(desk.count("update_restart")).toBe(0);
});

test("a version is news until it is put away, and the next one is again", () => {
  const update = new Update(() => Promise.resolve(true));
  expect(update.isNews).toBe(false);
  update.view = viewWith();
  expect(update.isNews).toBe(false);
  update.view = AVAILABLE;
  expect(update.isNews).toBe(true);
  update.dismissed = "0.2.0";
  expect(update.isNews).toBe(false);
  update.view = { ...AVAILABLE, version: "0.3.0" };
  expect(update.isNews).toBe(true);
});

test("a refusal is shown and what was known stays", async () => {
  new ScriptedDesk({
    update_check: () => {
      throw refusal("storage_failed");
    },
  });
  const update = new Update(() => Promise.resolve(true));
  update.view = AVAILABLE;
  await update.check();
  expect(update.error?.code).toBe("storage_failed");
  expect(update.view).toEqual(AVAILABLE);
});

test("how much has come is a share once the size is known", () => {
  expect(shareOf(viewWith({ received_bytes: 5 }))).toBeUndefined();
  expect(shareOf(viewWith({ received_bytes: 5, size_bytes: 10 }))).toBe(0.5);
  expect(shareOf(viewWith({ received_bytes: 15, size_bytes: 10 }))).toBe(1);
});
