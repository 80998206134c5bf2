// What `npm start`, `npm test` and the others call: makes sure that Rust and a C compiler are here, then runs xtask.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const has = (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

// rustup puts cargo where a shell that was opened before does not look.
process.env.PATH = `${join(homedir(), ".cargo", "bin")}${delimiter}${process.env.PATH ?? ""}`;
if (!has("cargo")) {
  fail("Proffer is built with Rust 1.94 or later. Install it as https://rustup.rs says, then run this again.");
}
if (process.platform === "linux" && !has("cc")) {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  if (!/^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)) {
    fail("A C compiler is needed. Fedora: dnf install gcc pkgconf. Arch: pacman -S base-devel. Then run this again.");
  }
  const root = process.getuid?.() === 0 ? [] : ["sudo"];
  for (const command of [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "build-essential", "pkg-config"]]) {
    const [program, ...rest] = [...root, ...command];
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    if (spawnSync(program, rest, { stdio: "inherit", env }).status !== 0) {
      fail("A C compiler could not be installed. Run: apt-get install build-essential pkg-config");
    }
  }
}
const tasks = spawn("cargo", ["run", "--quiet", "--package", "xtask", "--", ...process.argv.slice(2)], { stdio: "inherit" });
// Ctrl+C reaches xtask from the terminal as well, and it tidies up; being told to end must reach it through here.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => tasks.kill(signal));
// npm passes a signal on to its shell alone, so an orphan knows by its parent that it is to end.
const parent = process.ppid;
setInterval(() => process.ppid === parent || tasks.kill("SIGTERM"), 500).unref();
tasks.on("error", (error) => fail(`cargo could not be started: ${error.message}`));
tasks.on("exit", (code) => process.exit(code ?? 1));
