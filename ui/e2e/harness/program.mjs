// Programs that a run starts: each with its output in a file, each ended by its own process id.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Where cargo puts its builds: those for tests, unless others are asked for. */
export const BUILT = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), process.env.PROFFER_BUILD ?? "debug");

/** The path of one of our own programs; says how to build it if it is not there. */
export function own(name) {
  const path = join(BUILT, name);
  if (!existsSync(path)) throw new Error(`${path} is not built; run: npm run ui:build && cargo build -p proffer -p proffer-platform`);
  return path;
}

/** Waits for a fact: asks `fact` until it gives something true, or fails in words after `seconds`. */
export async function until(what, fact, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  let problem = "";
  for (;;) {
    try {
      const found = await fact();
      if (found) return found;
      problem = "";
    } catch (error) {
      problem = ` (${error.message ?? error})`;
    }
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}${problem}`);
    // The pause between two looks, not a wait for something to have happened.
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** So many ports that are free now, each another one: all are held until the last is found. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) {
    await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A running program. */
export class Program {
  #child;
  #ended;

  /**
   * Starts it; `log` is the file its output goes to. `input` is written to its standard input, which then closes unless
   * `keepInput`.
   */
  constructor(command, args, { env, log, input, keepInput = false, cwd, stdio = [] } = {}) {
    this.name = command.split("/").at(-1);
    this.log = log;
    this.#child = spawn(command, args, { env, cwd, stdio: ["pipe", "pipe", "pipe", ...stdio] });
    const file = log ? createWriteStream(log, { flags: "a" }) : undefined;
    this.lines = [];
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.lines.push(line);
        file?.write(`${line}\n`);
      });
    }
    this.#child.stdin.on("error", () => {});
    if (input !== undefined) this.#child.stdin.write(input);
    if (!keepInput) this.#child.stdin.end();
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve({ error }));
      this.#child.once("close", (code, signal) => resolve({ code, signal }));
    });
    this.end = undefined;
    this.#ended.then((end) => {
      this.end = end;
      file?.end();
    });
  }

  get pid() {
    return this.#child.pid;
  }

  /** An extra pipe's stream, by its number. */
  pipe(number) {
    return this.#child.stdio[number];
  }

  /** Writes to its standard input, which it was started to keep. */
  write(text) {
    this.#child.stdin.write(text);
  }

  /** The first line of its output that matches; fails if it ends before. */
  line(pattern, seconds = 30) {
    return until(`${this.name} says ${pattern}`, () => {
      const match = this.lines.map((line) => line.match(pattern)).find(Boolean);
      if (!match && this.end) throw new Error(`${this.name} ended (${JSON.stringify(this.end)}): ${this.lines.slice(-5).join(" / ")}`);
      return match;
    }, seconds);
  }

  /** Waits until it ended by itself. */
  async finished() {
    const { code, signal, error } = await this.#ended;
    if (error) throw error;
    if (code !== 0) throw new Error(`${this.name} ended with ${code ?? signal}: ${this.lines.slice(-8).join("\n")}`);
    return this.lines;
  }

  /** Asks it to end, and ends it hard after `seconds`. */
  async stop(seconds = 8) {
    if (this.end) return this.end;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), seconds * 1000);
    await this.#ended;
    clearTimeout(timer);
    return this.end;
  }

  /** Ends it at once, as a crash would. */
  async kill() {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/** Runs a program to its end and gives the lines it wrote. */
export function run(command, args, options) {
  return new Program(command, args, options).finished();
}

/** The environment of the process with this id, if it is still there. */
export function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}
