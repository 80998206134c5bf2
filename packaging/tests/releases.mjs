// What a release is made of, for tests: keys, packages of this version and the next, and the server of their updates.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { ROOT, run } from "../../ui/e2e/harness/program.mjs";

const inRoot = (env = process.env) => ({ cwd: ROOT, env });
const tauri = (...args) => run("npm", ["exec", "--", "tauri", ...args], inRoot());

/** The version of this checkout, and the one after it. */
export const [THIS, NEXT] = (() => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const [major, minor, patch] = version.split(".").map(Number);
  return [version, `${major}.${minor}.${patch + 1}`];
})();

/** A pair of keys that signs releases: {secret, publicKey}. */
export async function makeKey(folder, name) {
  const secret = join(folder, `${name}.key`);
  await tauri("signer", "generate", "--ci", "--force", "--password", "", "--write-keys", secret);
  return { secret, publicKey: readFileSync(`${secret}.pub`, "utf8").trim() };
}

/** Signs a file for a version; gives what stands in a manifest. */
export async function sign(key, version, file) {
  await tauri("signer", "sign", "--private-key-path", key.secret, "--password", "", "--app-version", version, file);
  return readFileSync(`${file}.sig`, "utf8").trim();
}

/**
 * Makes the package of a version whose updates come from `address`, signed by `key`: {version, file, signature}.
 * Only the shell is built anew for it.
 */
export async function makePackage({ folder, version, address, key }) {
  const config = join(folder, `${version}.conf.json`);
  const updater = { endpoints: [`${address}/{{channel}}.json`], pubkey: key.publicKey, dangerousInsecureTransportProtocol: true };
  writeFileSync(config, JSON.stringify({ version, bundle: { createUpdaterArtifacts: true }, plugins: { updater } }));
  const env = { ...process.env, TAURI_SIGNING_PRIVATE_KEY: key.secret, TAURI_SIGNING_PRIVATE_KEY_PASSWORD: "" };
  const args = ["run", "--quiet", "--package", "xtask", "--", "package", "--debug", "--bundles", "deb", "--config", config];
  await run("cargo", args, inRoot(env));
  const name = `Proffer_${version}_amd64.deb`;
  const made = join(ROOT, "target/debug/bundle/deb", name);
  const file = join(folder, name);
  copyFileSync(made, file);
  return { version, file, signature: readFileSync(`${made}.sig`, "utf8").trim() };
}

/** Where updates come from: it announces and delivers what the test says. */
export class UpdateServer {
  #server;
  #port = 0;
  /** What each channel announces; nothing is 204. */
  manifests = {};
  /** How a download is answered: "whole", "cut" in its middle, or "held" there until `letGo`. */
  delivery = "whole";
  /** How often a channel was asked. */
  asked = 0;
  #held = [];

  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve, reject) => this.#server.once("error", reject).listen(this.#port, "127.0.0.1", resolve));
    this.#port = this.#server.address().port;
    this.address = `http://127.0.0.1:${this.#port}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Announces a version on the stable channel; `bytes` are what is delivered for it. */
  announce({ version, signature, bytes, notes = "" }) {
    this.bytes = bytes;
    const platform = { signature, url: `${this.address}/package` };
    this.manifests.stable = { version, notes, pub_date: "2026-11-29T08:00:00Z", platforms: { "linux-x86_64-deb": platform } };
  }

  /** Lets held downloads go on. */
  letGo() {
    for (const go of this.#held.splice(0)) go();
  }

  #answer({ url }, response) {
    if (url === "/package") return this.#deliver(response);
    this.asked += 1;
    const manifest = this.manifests[url.slice(1, -".json".length)];
    if (!manifest) return response.writeHead(204).end();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(manifest));
  }

  #deliver(response) {
    const { bytes } = this;
    response.writeHead(200, { "content-length": bytes.length });
    if (this.delivery === "whole") return response.end(bytes);
    const half = Math.floor(bytes.length / 2);
    response.write(bytes.subarray(0, half), () => {
      if (this.delivery === "cut") response.destroy();
      else this.#held.push(() => response.end(bytes.subarray(half)));
    });
  }
}

/** A folder with programs that stand for those that ask for the administrator's password; gives it and a switch. */
export function makePasswordShims(folder) {
  const shims = join(folder, "shims");
  mkdirSync(shims);
  const refusal = join(folder, "refuse");
  const raise = process.getuid() === 0 ? "" : "/usr/bin/sudo -n ";
  writeFileSync(join(shims, "pkexec"), `#!/bin/sh\n[ -e "${refusal}" ] && exit 126\nexec ${raise}"$@"\n`, { mode: 0o755 });
  for (const other of ["zenity", "kdialog", "sudo"]) writeFileSync(join(shims, other), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return { shims, refusal };
}
