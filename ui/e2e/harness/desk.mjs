// The real app in a real window, driven by WebDriver.
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { remote } from "webdriverio";
import { Program, environmentOf, freePort, own, until } from "./program.mjs";
import { shot } from "./shots.mjs";

const DRIVER = process.env.PROFFER_TAURI_DRIVER ?? "tauri-driver";

export class Desk {
  #driver;

  /** A desk with its own data folder on this desktop. */
  constructor(desktop, name = "desk") {
    this.desktop = desktop;
    this.folder = join(desktop.folder, name);
    mkdirSync(this.folder, { recursive: true });
  }

  /** Starts the app and its window. `signIn` is {url, email, password}, handed over as `npm start` does. */
  async start(signIn) {
    const env = { ...this.desktop.env, PROFFER_DATA_DIR: this.folder };
    env.PATH = `${env.PATH}:${join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin")}`;
    if (signIn) {
      env.PROFFER_PLATFORM_URL = signIn.url;
      env.PROFFER_SIGN_IN_FILE = join(this.desktop.folder, "sign-in.json");
      const { email, password } = signIn;
      writeFileSync(env.PROFFER_SIGN_IN_FILE, JSON.stringify({ email, password }), { mode: 0o600 });
    }
    const [port, nativePort] = [await freePort(), await freePort()];
    const args = ["--port", String(port), "--native-port", String(nativePort)];
    this.#driver = new Program(DRIVER, args, { env, log: join(this.desktop.folder, "tauri-driver.log") });
    await until("the driver is ready", async () => {
      if (this.#driver.end) throw new Error(`tauri-driver ended: ${this.#driver.lines.join(" ")}`);
      const response = await fetch(`http://127.0.0.1:${port}/status`);
      return response.ok;
    });
    this.window = await remote({
      hostname: "127.0.0.1",
      port,
      logLevel: "error",
      connectionRetryCount: 0,
      connectionRetryTimeout: 60_000,
      waitforTimeout: 15_000,
      capabilities: {
        browserName: "wry",
        "wdio:enforceWebDriverClassic": true,
        "tauri:options": { application: own("proffer") },
      },
    });
  }

  /** The ids of this desk's programs that run (the app, and the driver's part that started it). */
  processes() {
    const mine = `PROFFER_DATA_DIR=${this.folder}`;
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => pid !== this.#driver?.pid && environmentOf(pid).includes(mine));
  }

  /** The app's own process ids: its program, not its web processes or the driver. */
  apps() {
    return this.processes().filter((pid) => programOf(pid) === own("proffer"));
  }

  /** Ends the app as closing it does, and its driver; returns when no process of it is left. */
  async stop() {
    if (!this.#driver) return;
    for (const pid of this.apps()) signal(pid, "SIGTERM");
    await until("the app has ended", () => this.apps().length === 0, 10).catch(() => {});
    await this.window?.deleteSession().catch(() => {});
    this.window = undefined;
    await this.#driver.stop();
    this.#driver = undefined;
    for (const pid of this.processes()) signal(pid, "SIGKILL");
    await until("nothing of the app is left", () => this.processes().length === 0, 10);
  }

  /** The element with this test id; narrowed to the one that holds `text` if given. */
  async find(id, text) {
    const selector = `[data-testid="${id}"]`;
    if (text === undefined) return this.window.$(selector);
    return until(`${id} with “${text}”`, async () => {
      for (const element of await this.window.$$(selector)) {
        if ((await this.textOf(element)).includes(text)) return element;
      }
      return undefined;
    });
  }

  /** All that an element says, also beyond what is scrolled into sight. */
  textOf(element) {
    return this.window.execute((node) => node.innerText ?? node.textContent, element);
  }

  async see(id, text, seconds = 20) {
    return until(`${id}${text === undefined ? "" : ` with “${text}”`} is on the screen`, async () => {
      for (const element of await this.window.$$(`[data-testid="${id}"]`)) {
        if (!(await element.isDisplayed())) continue;
        if (text === undefined || (await this.textOf(element)).includes(text)) return element;
      }
      return undefined;
    }, seconds);
  }

  async gone(id, seconds = 15) {
    await until(`${id} is gone`, async () => {
      for (const element of await this.window.$$(`[data-testid="${id}"]`)) {
        if (await element.isDisplayed()) return false;
      }
      return true;
    }, seconds);
  }

  async click(id, text) {
    await until(`${id}${text === undefined ? "" : ` with “${text}”`} can be clicked`, async () => {
      const element = await this.see(id, text, 1);
      if (!(await element.isEnabled())) return false;
      await element.click();
      return true;
    });
  }

  /** Replaces what a field holds by typing. */
  async type(id, text, place = 0) {
    const field = await until(`field ${id}`, async () => (await this.window.$$(`[data-testid="${id}"]`))[place]);
    await field.waitForDisplayed();
    await field.setValue(text);
  }

  /** Replaces what a field holds at once, as pasting does. */
  async paste(id, text, place = 0) {
    await this.window.execute(
      (selector, text, place) => {
        const field = document.querySelectorAll(selector)[place];
        field.focus();
        field.select();
        document.execCommand("insertText", false, text);
      },
      `[data-testid="${id}"]`,
      text,
      place,
    );
  }

  async value(id, place = 0) {
    const field = (await this.window.$$(`[data-testid="${id}"]`))[place];
    return field.getValue();
  }

  /** Puts a file into a file input. */
  async attach(id, path) {
    const input = await this.window.$(`[data-testid="${id}"]`);
    await input.waitForExist();
    await input.addValue(path);
  }

  /** Presses keys, such as ["Control", "Enter"]. */
  keys(keys) {
    return this.window.keys(keys);
  }

  async shoot(name) {
    await this.window.saveScreenshot(shot(name));
  }
}

function programOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
