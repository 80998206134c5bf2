// The tests of one file, over one world.
import { after, before, test } from "node:test";
import { World } from "./world.mjs";

/**
 * Opens a world before the tests of a file and closes it after them. `prepare` gets it when it is open.
 * `options` say what the world holds. `step`s build on each other: after a failed one, the rest is skipped. `scenario`s stand alone.
 */
export function testsOf(prepare, options) {
  let world;
  let failed = false;

  before(async () => {
    try {
      world = await World.open(options);
      await prepare(world);
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  after(() => world?.close(failed));

  const scenario = (name, work) =>
    test(name, async () => {
      try {
        await world.step(name, work);
      } catch (error) {
        failed = true;
        throw error;
      }
    });
  const step = (name, work) =>
    test(name, async (t) => {
      if (failed) return t.skip("an earlier step failed");
      try {
        await world.step(name, work);
      } catch (error) {
        failed = true;
        throw error;
      }
    });
  return { step, scenario };
}
