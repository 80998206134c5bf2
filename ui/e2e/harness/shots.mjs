// Where screenshots go.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { ROOT } from "./program.mjs";

/** The folder of this run's screenshots. */
export const SHOTS = resolve(process.env.PROFFER_SHOTS_DIR ?? join(ROOT, "ui/e2e/shots"));

/** The file for a screenshot of this name. */
export function shot(name) {
  mkdirSync(SHOTS, { recursive: true });
  return join(SHOTS, `${name}.png`);
}
