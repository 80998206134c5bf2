// Pictures of every view for the documents: in both looks and two sizes, small enough to be kept beside them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./program.mjs";

const SIZES = [
  [1280, 800],
  [960, 640],
];
const THEMES = ["light", "dark"];

export class Screens {
  /** Pictures of a desk on a desktop, kept in `folder`. */
  constructor(desktop, desk, folder) {
    Object.assign(this, { desktop, desk, folder });
    mkdirSync(folder, { recursive: true });
  }

  /** Takes what is on the screen now, four times. */
  async take(view) {
    const [id] = await this.desktop.visibleWindows("Proffer");
    for (const [width, height] of SIZES) {
      await this.#resize(id, width, height);
      for (const theme of THEMES) {
        await this.desk.window.executeAsync((theme, done) => {
          document.documentElement.dataset.theme = theme;
          // Two frames: what was changed is drawn, and colours that fade have begun and are ended.
          document.getAnimations().forEach((animation) => animation.finish());
          requestAnimationFrame(() => requestAnimationFrame(() => done()));
        }, theme);
        const file = join(this.folder, `${view}-${theme}-${width}x${height}.png`);
        const crop = `${width}x${height}+0+0`;
        await run("import", ["-silent", "-window", "root", "-crop", crop, "+repage", "-strip", "+dither", "-colors", "96", `PNG8:${file}`], {
          env: this.desktop.env,
        });
      }
    }
    await this.#resize(id, ...SIZES[0]);
    await this.desk.window.execute(() => delete document.documentElement.dataset.theme);
  }

  async #resize(id, width, height) {
    await run("xdotool", ["windowmove", id, "0", "0", "windowsize", "--sync", id, String(width), String(height)], { env: this.desktop.env });
    await this.desk.window.executeAsync((width, done) => {
      const look = () => (window.innerWidth === width ? requestAnimationFrame(() => done()) : setTimeout(look, 20));
      look();
    }, width);
  }
}
