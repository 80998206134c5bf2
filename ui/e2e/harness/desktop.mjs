// A desktop of its own for each run: a virtual screen, a session bus, a keychain, and a real notification daemon.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program, ROOT, own, run, until } from "./program.mjs";
import { shot } from "./shots.mjs";

const DUNST = `[global]
    width = (300, 460)
    height = (0, 400)
    origin = top-right
    offset = (24, 24)
    font = Sans 11
    frame_width = 1
    frame_color = "#c9ced8"
    corner_radius = 8
    padding = 14
    horizontal_padding = 16
    min_icon_size = 32
    max_icon_size = 48
    sticky_history = yes
    history_length = 100
    show_indicators = no
    [urgency_normal]
    background = "#ffffff"
    foreground = "#1d2330"
    timeout = 0
`;

export class Desktop {
  #programs = [];

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "proffer-e2e-"));
    const home = join(this.folder, "home");
    const runtime = join(this.folder, "run");
    for (const folder of [home, runtime]) mkdirSync(folder, { mode: 0o700 });
    const { PATH, LANG, LD_LIBRARY_PATH, PROFFER_LOG } = process.env;
    this.env = {
      PATH,
      LANG: LANG ?? "C.UTF-8",
      TZ: "Europe/London",
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      XDG_DATA_HOME: join(home, ".local/share"),
      XDG_CONFIG_HOME: join(home, ".config"),
      XDG_CACHE_HOME: join(home, ".cache"),
      // No accessibility bus is started for every window.
      NO_AT_BRIDGE: "1",
      GTK_USE_PORTAL: "0",
      ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }),
      ...(PROFFER_LOG && { PROFFER_LOG }),
    };
  }

  #start(command, args, options = {}) {
    const log = join(this.folder, `${command}.log`);
    const program = new Program(command, args, { env: this.env, log, ...options });
    this.#programs.push(program);
    return program;
  }

  /** Screen first, then the bus with the screen in its environment, then what runs on both. */
  async start() {
    const screen = this.#start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], { stdio: ["pipe"] });
    let number = "";
    screen.pipe(3).on("data", (data) => (number += data));
    await until("the virtual screen has a number", () => {
      if (screen.end) throw new Error(`Xvfb ended: ${screen.lines.join(" ")}`);
      return number.endsWith("\n");
    });
    this.env.DISPLAY = `:${number.trim()}`;

    const bus = this.#start("dbus-daemon", ["--session", "--nofork", "--nopidfile", "--print-address=1"]);
    const [address] = await bus.line(/^unix:\S+$/);
    this.env.DBUS_SESSION_BUS_ADDRESS = address;

    await this.#startKeychain();
    this.#watch = this.#start("dbus-monitor", ["--session", "interface='org.freedesktop.Notifications',member='Notify'"]);
    await this.#watch.line(/NameAcquired|NameLost|path=\/org\/freedesktop\/DBus/);
    const config = join(this.folder, "dunstrc");
    // The daemon draws no buttons; it has a menu of them, from which this chooses the one that is named.
    const chooser = join(this.folder, "choose-button");
    writeFileSync(chooser, `#!/bin/sh\nexec grep -m1 -F -f "${this.#button}"\n`, { mode: 0o700 });
    writeFileSync(config, DUNST.replace("[urgency_normal]", `    dmenu = ${chooser}\n[urgency_normal]`));
    this.#start("dunst", ["-config", config]);
    await until("the notification daemon answers", () => this.dunst("count", "displayed"));
  }

  #watch;

  get #button() {
    return join(this.folder, "button");
  }

  async #startKeychain() {
    const args = ["--foreground", "--unlock", "--components=secrets"];
    this.#start("gnome-keyring-daemon", args, { input: "a password for tests\n" });
    const ask = ["--session", "--dest=org.freedesktop.DBus", "--print-reply", "/", "org.freedesktop.DBus.NameHasOwner"];
    await until("the keychain is there", async () => {
      const reply = await run("dbus-send", [...ask, "string:org.freedesktop.secrets"], { env: this.env });
      return reply.join(" ").includes("boolean true");
    });
  }

  /** Asks the notification daemon something. */
  async dunst(...args) {
    return (await run("dunstctl", args, { env: this.env })).join("\n");
  }

  /** How many notifications are on the screen. */
  async displayed() {
    return Number(await this.dunst("count", "displayed"));
  }

  /** Every notification that Proffer asked the daemon for, in order: {summary, body, actions}. */
  notifications() {
    return parseNotifyCalls(this.#watch.lines).filter((call) => call.app === "Proffer");
  }

  /** Clicks the newest notification, as its default action. */
  clickNotification() {
    return this.dunst("action", "0");
  }

  /** Presses a button of the notifications on the screen, by its words. */
  async pressNotificationButton(words) {
    writeFileSync(this.#button, `#${words} `);
    await this.dunst("context");
  }

  /** Lets tray icons be shown, as a desktop's panel does. */
  async startTray() {
    const host = this.#start(own("proffer-tray-host"), [], { log: join(this.folder, "tray-host.log"), keepInput: true });
    await host.line(/^ready$/);
    return new Tray(host, this.env);
  }

  /** Has the accessibility bus started, as a screen reader does; before the window. */
  async startScreenReader() {
    delete this.env.NO_AT_BRIDGE;
    const enable = ["org.freedesktop.DBus.Properties.Set", "org.a11y.Status", "IsEnabled", "<true>"];
    await run("gdbus", ["call", "--session", "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus", "--method", ...enable], {
      env: this.env,
    });
    // The system's own Python has the system's library.
    const script = join(ROOT, "ui/e2e/harness/accessibility-tree.py");
    const program = this.#start("/usr/bin/python3", [script], { log: join(this.folder, "screen-reader.log"), keepInput: true });
    await program.line(/"ready"/);
    return new ScreenReader(program);
  }

  /** Takes all notifications off the screen. */
  closeNotifications() {
    return this.dunst("close-all");
  }

  /** The ids of the windows with this title that are on the screen. */
  async visibleWindows(title) {
    const search = new Program("xdotool", ["search", "--onlyvisible", "--name", `^${title}$`], { env: this.env });
    await search.finished().catch(() => {});
    return search.lines.filter((line) => /^\d+$/.test(line));
  }

  /** Takes a window off the screen, as minimising does. */
  hideWindow(id) {
    return run("xdotool", ["windowunmap", "--sync", id], { env: this.env });
  }

  /** Asks a window to close, as its own button does. */
  closeWindow(id) {
    return run("/usr/bin/python3", [join(ROOT, "ui/e2e/harness/close-window.py"), id], { env: this.env });
  }

  /** Moves a window to the corner of the screen and gives it a size, in pixels. */
  resizeWindow(id, width, height) {
    const size = [String(width), String(height)];
    return run("xdotool", ["windowmove", id, "0", "0", "windowsize", "--sync", id, ...size], { env: this.env });
  }

  /** A picture of the whole screen. */
  shoot(name) {
    return run("import", ["-silent", "-window", "root", shot(name)], { env: this.env });
  }

  /** Ends everything, the newest first, and removes the folder unless `keep`. */
  async stop(keep = false) {
    for (const program of this.#programs.reverse()) await program.stop(3);
    if (!keep) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** The tray with the icons of this session. */
class Tray {
  #host;
  #env;

  constructor(host, env) {
    this.#host = host;
    this.#env = env;
  }

  /** The newest icon: {name, path} on the bus. */
  item() {
    const [, name, path] = this.#host.lines.map((line) => line.match(/^item (\S+) (\S+)$/)).findLast(Boolean) ?? [];
    return name && { name, path };
  }

  async #menu(method, ...args) {
    const { name, path } = await until("an icon is in the tray", () => this.item());
    const call = ["call", "--session", "--dest", name, "--object-path", `${path}/Menu`, "--method", `com.canonical.dbusmenu.${method}`, "--"];
    return (await run("gdbus", [...call, ...args], { env: this.#env })).join("\n");
  }

  /** The icon's menu, as the bus tells it. */
  menu() {
    return this.#menu("GetLayout", "0", "-1", "[]");
  }

  /** Chooses a line of the icon's menu. */
  async press(words) {
    const id = await until(`${words} is in the menu`, async () => {
      const lines = [...(await this.menu()).matchAll(/\((\d+), \{([^{}]*)\}/g)];
      return lines.find(([, , facts]) => facts.includes(`'label': <'${words}'>`))?.[1];
    });
    await this.#menu("Event", id, "clicked", "<int32 0>", "0");
  }
}

/** What is told over the accessibility bus. */
class ScreenReader {
  #program;

  constructor(program) {
    this.#program = program;
  }

  /** The tree of everything that is on the screen now: {role, name, text, states, children}. */
  async tree() {
    const seen = this.#program.lines.length;
    this.#program.write("tree\n");
    const answer = await until("the tree is read", () => this.#program.lines.slice(seen).find((line) => /^\{"(tree|problem)"/.test(line)));
    const { tree, problem } = JSON.parse(answer);
    if (problem) throw new Error(problem);
    return tree;
  }

  /** What was told since the start, in order: {event, role, name, live, text, child}. */
  events() {
    return this.#program.lines.filter((line) => line.startsWith('{"event"')).map((line) => JSON.parse(line));
  }
}

/** Reads the calls of Notify out of what dbus-monitor writes. */
function parseNotifyCalls(lines) {
  const calls = [];
  let strings;
  for (const line of lines) {
    if (/^(method call|method return|signal|error)/.test(line)) {
      strings = undefined;
      if (line.startsWith("method call") && /member=Notify\b/.test(line)) calls.push({ strings: (strings = []) });
    } else if (strings) {
      const match = line.match(/^ +string "(.*?)("?)$/);
      if (match) strings.push(match[1]);
      // A text of several lines goes on without indentation.
      else if (!/^ /.test(line) && strings.length > 0) strings[strings.length - 1] += `\n${line.replace(/"$/, "")}`;
    }
  }
  return calls.map(({ strings: [app, , summary, body, ...rest] }) => ({ app, summary, body, rest }));
}
