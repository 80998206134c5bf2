// The window's own process dies, as by a crash of the web view: the window comes back by itself, and the desk never
// stopped. The program itself fails: it comes back, and tells so. No WebDriver here: its session would end with the process.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILT, Program, environmentOf, own, run, until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { DANIEL } from "./harness/world.mjs";

let world;
let program;
let drawn;

const { step } = testsOf((opened) => {
  world = opened;
  world.atEnd(() => program?.stop());
});

/** The processes of this program by this name. */
function processes(name) {
  const mine = `PROFFER_DATA_DIR=${world.path("recovering")}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name && environmentOf(pid).includes(mine);
      } catch {
        return false;
      }
    });
}

/** Those that draw pages. A process's name is cut. */
const webProcesses = () => processes("WebKitWebProces");

/** How many colours the window shows: one that is dead or still loading has few. */
async function colours() {
  const lines = await run("import", ["-silent", "-window", "root", "-format", "%k", "info:-"], { env: world.desktop.env });
  return Number(lines.at(-1));
}

const log = () => readFileSync(world.path("recovering/logs/proffer.log"), "utf8");

function start() {
  const file = world.path("sign-in-recovering.json");
  writeFileSync(file, JSON.stringify({ email: DANIEL.email, password: DANIEL.password }), { mode: 0o600 });
  const env = {
    ...world.desktop.env,
    PROFFER_DATA_DIR: world.path("recovering"),
    PROFFER_PLATFORM_URL: world.platform.url,
    PROFFER_SIGN_IN_FILE: file,
  };
  program = new Program(own("proffer"), [], { env, log: world.path("recovering.log") });
}

step("the window is drawn", async () => {
  start();
  await until("the desk is in step", () => /connection state=Online/.test(log()), 40);
  // Drawn is what no longer changes and is more than a blank window.
  await until("the window is drawn", async () => {
    const [before, now] = [drawn, await colours()];
    drawn = now;
    return now > 50 && now === before;
  }, 40);
});

step("the window comes back when the process that draws it dies", async () => {
  const before = await until("a process draws it", () => webProcesses()[0]);
  process.kill(before, "SIGKILL");
  await until("another process draws it", () => webProcesses().find((pid) => pid !== before), 40);
  await until("it is told in the log", () => /the process that draws the window died/.test(log()));
  await until("the window is drawn again", async () => (await colours()) > 0.7 * drawn, 40);
  assert.equal(program.end, undefined, "the program itself went on");
  await world.desktop.shoot("70-window-came-back");
  // A second death soon after waits a little, and is mended too.
  const second = webProcesses()[0];
  process.kill(second, "SIGKILL");
  await until("a third process draws it", () => webProcesses().find((pid) => ![before, second].includes(pid)), 40);
  await until("the window is drawn once more", async () => (await colours()) > 0.7 * drawn, 40);
});

step("what the program writes is for its owner alone", async () => {
  const modes = [];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) modes.push([path, (statSync(path).mode & 0o777).toString(8)]);
    }
  };
  walk(world.path("recovering"));
  assert.ok(modes.length >= 4, "cache, journal, log and size at least");
  assert.deepEqual(modes.filter(([, mode]) => mode !== "600"), []);
  const end = await program.stop();
  assert.equal(end.code, 0);
});

// What makes it fail is in builds for tests alone.
step("a program that fails in the window's thread comes back and tells so", async () => {
  if (!BUILT.endsWith("debug")) return;
  const times = (pattern) => log().match(new RegExp(pattern, "g"))?.length ?? 0;
  const online = times("connection state=Online");
  start();
  await until("the desk is in step again", () => times("connection state=Online") > online, 40);
  const first = program.pid;
  process.kill(first, "SIGUSR2");
  const second = await until("another one runs", () => processes("proffer").find((pid) => pid !== first), 40);
  world.atEnd(() => {
    if (processes("proffer").includes(second)) process.kill(second, "SIGKILL");
  });
  await until("the first has ended", () => !processes("proffer").includes(first));
  await until("the second is in step", () => times("connection state=Online") > online + 1, 40);
  assert.equal(times("told to fail"), 1);
  assert.equal(times("after_defect=true"), 1);
  await until("it is told among the notices", async () => {
    const ask = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT kind FROM notice').fetchall())";
    const kinds = await run("python3", ["-c", ask, world.path("recovering/journal.db")], { env: process.env });
    return kinds.join().includes("part_restarted");
  }, 40);
  await until("the window is drawn", async () => (await colours()) > 0.7 * drawn, 40);
  await world.desktop.shoot("71-program-came-back");
  // Failing again at once would only go on and on.
  process.kill(second, "SIGUSR2");
  await until("none runs", () => processes("proffer").length === 0, 40);
  assert.equal(times("told to fail"), 2);
});
