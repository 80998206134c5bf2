// The real app in a real window, driven by WebDriver.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { remote } from "webdriverio";
import { Program, environmentOf, freePorts, own, until } from "./program.mjs";

/** The key under which WebDriver names an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

const DRIVER = process.env.PROFFER_TAURI_DRIVER ?? "tauri-driver";

export class Desk {
  #driver;

  /** A desk on this desktop, with a data folder of its own unless it is given one; `program` says which is started. */
  constructor(desktop, name = "desk", folder = join(desktop.folder, name), program = undefined) {
    this.desktop = desktop;
    this.folder = folder;
    this.program = program;
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
    const [port, nativePort] = await freePorts(2);
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
      logLevel: "silent",
      connectionRetryCount: 0,
      connectionRetryTimeout: 60_000,
      waitforTimeout: 15_000,
      capabilities: {
        browserName: "wry",
        "wdio:enforceWebDriverClassic": true,
        "tauri:options": { application: this.#application() },
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
    return this.processes().filter((pid) => programOf(pid) === this.#application());
  }

  #application() {
    return this.program ?? own("proffer");
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

  /**
   * What is on the screen with this test id, as [{element, text, enabled, state, visible}]: asked in one go, so that
   * nothing is drawn anew in between.
   */
  async all(id) {
    const found = await this.window.execute((selector) => {
      return [...document.querySelectorAll(selector)].map((element) => {
        const box = element.getBoundingClientRect();
        return {
          element,
          text: element.innerText ?? element.textContent,
          value: element.value ?? "",
          enabled: !element.disabled,
          checked: element.checked ?? false,
          state: element.dataset.state ?? "",
          visible: box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === "visible",
        };
      });
    }, `[data-testid="${id}"]`);
    return found.map(({ element, ...rest }) => ({ ...rest, reference: element[ELEMENT] }));
  }

  /** Waits until one is visible; narrowed to the first that holds `text` if given. */
  see(id, text, seconds = 20) {
    return until(`${named(id, text)} is on the screen`, () => this.#visible(id, text), seconds);
  }

  async #visible(id, text) {
    const found = await this.all(id);
    return found.find((one) => one.visible && (text === undefined || one.text.includes(text)));
  }

  gone(id, seconds = 20) {
    return until(`${id} is gone`, async () => !(await this.all(id)).some((one) => one.visible), seconds);
  }

  /** Presses a button or the like, as soon as that is possible. */
  click(id, text) {
    return until(`${named(id, text)} can be clicked`, async () => {
      const found = await this.#visible(id, text);
      if (!found?.enabled) return false;
      await this.window.elementClick(found.reference);
      return true;
    });
  }

  /** Presses a button or the like as a key does: it need not be where a pointer would find it. */
  press(id, text) {
    return until(`${named(id, text)} can be pressed`, async () => {
      const found = await this.#visible(id, text);
      if (!found?.enabled) return false;
      await this.window.execute((element) => {
        element.focus();
        element.click();
      }, { [ELEMENT]: found.reference });
      return true;
    });
  }

  /** The same for what is inside of one with this test id, found by a CSS selector. */
  pressInside(id, text, selector) {
    return until(`${selector} in ${named(id, text)} can be pressed`, async () => {
      const found = await this.#visible(id, text);
      if (!found) return false;
      await this.window.execute((element, selector) => element.querySelector(selector).click(), { [ELEMENT]: found.reference }, selector);
      return true;
    });
  }

  /** Presses the element around one, such as the label of a field that itself is not on the screen. */
  async pressAround(reference) {
    const around = await this.window.findElementFromElement(reference, "xpath", "..");
    await this.window.elementClick(around[ELEMENT]);
  }

  /** Presses what is inside of one with this test id, found by a CSS selector. */
  clickInside(id, text, selector) {
    return until(`${selector} in ${named(id, text)} can be clicked`, async () => {
      const found = await this.#visible(id, text);
      if (!found) return false;
      const inner = await this.window.findElementFromElement(found.reference, "css selector", selector);
      await this.window.elementClick(inner[ELEMENT]);
      return true;
    });
  }

  /** Replaces what a field holds by typing; `place` tells apart fields of the same test id. */
  async type(id, text, place = 0) {
    if (text === "") return this.paste(id, text, place);
    await until(`${id} can be written into`, async () => {
      const field = (await this.all(id))[place];
      if (!field?.visible || !field.enabled) return false;
      await this.window.elementClear(field.reference);
      // WebKit's driver types a line's end only as the key that makes it.
      await this.window.elementSendKeys(field.reference, text.replaceAll("\n", "\uE006"));
      return true;
    });
    assert.equal(await this.value(id, place), text);
  }

  /** Replaces what a field holds at once, as pasting does. */
  paste(id, text, place = 0) {
    return this.window.execute(
      (selector, text, place) => {
        const field = document.querySelectorAll(selector)[place];
        field.focus();
        field.select();
        document.execCommand(text === "" ? "delete" : "insertText", false, text);
      },
      `[data-testid="${id}"]`,
      text,
      place,
    );
  }

  /** Chooses a value of a list, or a moment of a date field, as its picker does. */
  choose(id, value) {
    return until(`${id} can be set to ${value}`, () =>
      this.window.execute(
        (selector, value) => {
          const field = document.querySelector(selector);
          if (!field || field.disabled) return false;
          field.focus();
          field.value = value;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.dispatchEvent(new Event("change", { bubbles: true }));
          return field.value === value;
        },
        `[data-testid="${id}"]`,
        value,
      ),
    );
  }

  async value(id, place = 0) {
    const found = await until(`${id} is there`, async () => (await this.all(id))[place]);
    return found.value;
  }

  /** Puts a file into a file input, which itself is not on the screen. */
  async attach(id, path) {
    const input = await until(`${id} is there`, async () => (await this.all(id))[0]);
    await this.window.elementSendKeys(input.reference, path);
  }

  /** Presses keys, such as ["Control", "Enter"]. */
  keys(keys) {
    return this.window.keys(keys);
  }

  /** A picture of the screen: the window as it is drawn, with what lies over it. */
  shoot(name) {
    return this.desktop.shoot(name);
  }
}

function named(id, text) {
  return text === undefined ? id : `${id} with “${text}”`;
}

function programOf(pid) {
  try {
    // One that was replaced meanwhile still runs.
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
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
