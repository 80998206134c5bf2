// The package in its user's hands: installed by apt, opened by a link, updated by itself through every mishap, removed.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Expert } from "../../ui/e2e/harness/expert.mjs";
import { Desk } from "../../ui/e2e/harness/desk.mjs";
import { run, until } from "../../ui/e2e/harness/program.mjs";
import { testsOf } from "../../ui/e2e/harness/steps.mjs";
import { DANIEL, HELEN } from "../../ui/e2e/harness/world.mjs";
import { NEXT, THIS, UpdateServer, makeKey, makePackage, makePasswordShims, sign } from "./releases.mjs";

const PROGRAM = "/usr/bin/proffer";
const QUESTION = "May my landlord keep the deposit";
const DRAFT = "He may keep what he can prove, and must send you a list of it.";
/** Where a package may leave something. */
const FOLDERS = ["/etc", "/opt", "/srv", "/usr", "/var/lib"];
/** What package managers note of themselves. */
const NOTES = /^\/var\/lib\/(apt|dpkg|systemd|ucf|man-db)\//;

let world;
let server;
let key;
let current;
let next;
let before;
let desk;
let expert;
let offer;
let log;
let refusal;

const { step } = testsOf(async (opened) => {
  world = opened;
  const made = makePasswordShims(world.folder);
  refusal = made.refusal;
  const { env } = world.desktop;
  env.PATH = `${made.shims}:${env.PATH}`;
  const data = join(env.XDG_DATA_HOME, "app.proffer.desk");
  log = join(data, "logs/proffer.log");
  desk = new Desk(world.desktop, "installed", data, PROGRAM);
  expert = new Expert(desk);
  server = new UpdateServer();
  await server.start();
  world.atEnd(async () => {
    server.letGo();
    await desk.stop();
    await server.stop();
    if (existsSync(PROGRAM)) await root("apt-get", "purge", "-y", "-qq", "proffer");
  });
});

/** Runs a program as the machine's administrator. */
function root(...command) {
  const [program, ...args] = process.getuid() === 0 ? command : ["sudo", "-n", ...command];
  return run(program, args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
}

async function files() {
  const found = await root("find", ...FOLDERS, "-xdev", "-not", "-type", "d");
  return found.filter((path) => !NOTES.test(path)).sort();
}

const installedVersion = async () => (await run("dpkg-query", ["-W", "-f", "${Version}", "proffer"]))[0];
const logged = (pattern) => pattern.test(readFileSync(log, "utf8"));

async function openUpdates() {
  await desk.press("rail-settings");
  await desk.press("settings-go-updates");
  await desk.see("update-state");
}

const updateState = async (state, seconds) =>
  until(`the update is ${state}`, async () => (await desk.all("update-state"))[0]?.state === state, seconds);

/** Asks the channel, and returns once the server was asked: what is seen before may be of the time before. */
async function check() {
  const { asked } = server;
  await desk.press("update-check");
  await until("the channel is asked", () => server.asked > asked);
}

/** Asks for updates and sees what is said of what the server has. */
async function isRefused(words) {
  await check();
  await desk.see("update-problem", words);
  await updateState("up_to_date");
  assert.equal((await desk.all("update-download")).length, 0, "there is nothing to download");
}

/** Downloads what is announced and sees it fail. */
async function downloadFails(words) {
  await check();
  await updateState("available");
  await desk.press("update-download");
  await desk.see("update-problem", words);
  await updateState("available");
}

async function goesOn() {
  assert.equal(await installedVersion(), THIS);
  assert.equal(desk.apps().length, 1);
  await expert.online();
}

step("this version and the next are packed, and desktop-file-validate, appstreamcli and lintian have nothing to say", async () => {
  key = await makeKey(world.folder, "release");
  const { folder } = world;
  const { address } = server;
  next = await makePackage({ folder, version: NEXT, address, key });
  current = await makePackage({ folder, version: THIS, address, key });
});

step("apt installs it, and it works", async () => {
  before = await files();
  await root("apt-get", "install", "-y", "-qq", "--no-install-recommends", current.file);
  assert.equal(await installedVersion(), THIS);
  const signIn = join(world.folder, "selftest.json");
  writeFileSync(signIn, JSON.stringify({ email: DANIEL.email, password: DANIEL.password }), { mode: 0o600 });
  const selftest = ["--selftest", "--platform", world.platform.url];
  const said = await run(PROGRAM, selftest, { env: { ...world.desktop.env, PROFFER_SIGN_IN_FILE: signIn } });
  assert.match(said.join("\n"), /^desk: .*\nkeychain: a secret was kept.*\nplatform: signed in.*\nok$/);
  const types = await run("gio", ["mime", "x-scheme-handler/proffer"], { env: world.desktop.env });
  assert.match(types.join("\n"), /Proffer\.desktop/);
});

step("a link leads into the instance that runs, and a hostile one nowhere", async () => {
  await desk.start({ url: world.platform.url, email: DANIEL.email, password: DANIEL.password });
  await expert.online();
  const helen = await world.customer(HELEN);
  await helen.signUp();
  await helen.ask({ category: "Legal", title: QUESTION, text: "He says that the walls are worn, and shows no list." });
  const view = await world.expertsView();
  const question = await view.question(QUESTION);
  offer = await view.offerOn(question, { title: "Letter to the landlord", price_minor: 9000, deliverables: ["A letter"] });

  const env = { ...world.desktop.env, PROFFER_DATA_DIR: desk.folder };
  const open = (link) => run("gio", ["open", link], { env });
  await until("the desk knows the offer", async () => {
    await open(`proffer://offer/${offer.id}`);
    return (await desk.all("offer-view"))[0]?.text.includes("Letter to the landlord");
  });
  await desk.shoot("50-link-to-an-offer");
  assert.equal(desk.apps().length, 1, "it is the one that ran");

  await desk.press("rail-desk");
  for (const [place, hostile] of [
    `proffer://offer/${offer.id}?accept=1`,
    "proffer://offer/../../etc/canary",
    "proffer:canary",
  ].entries()) {
    await open(hostile);
    await until(`${hostile} was refused`, () => readFileSync(log, "utf8").split("a link was refused").length === place + 2);
  }
  assert.equal((await desk.all("offer-view")).length, 0, "nothing was opened");
  assert.ok(!logged(/canary|accept=1/), "the log holds no word of them");
});

step("an offline copy and a draft are there to be kept", async () => {
  await expert.openQuestion(QUESTION);
  await desk.press("composer-kind-answer");
  await desk.paste("composer-text", DRAFT);
  await until("the draft is kept", async () => /\d/.test((await desk.see("composer-saved")).text));
});

step("where nothing is announced, nothing is offered", async () => {
  await openUpdates();
  await desk.press("update-check");
  await updateState("up_to_date");
  assert.equal((await desk.all("update-problem")).length, 0);
});

step("a package of another key is refused before it is downloaded", async () => {
  const other = await makeKey(world.folder, "other");
  const copy = join(world.folder, "other.deb");
  copyFileSync(next.file, copy);
  server.announce({ version: NEXT, bytes: readFileSync(copy), signature: await sign(other, NEXT, copy) });
  await isRefused("not signed by the makers");
  await goesOn();
});

step("an old version under a new number is refused before it is downloaded", async () => {
  server.announce({ version: NEXT, bytes: readFileSync(current.file), signature: current.signature });
  await isRefused("not signed by the makers");
  await goesOn();
});

step("a lower version is refused", async () => {
  server.announce({ version: "0.0.1", bytes: readFileSync(current.file), signature: current.signature });
  await isRefused("An older version than yours");
  await goesOn();
});

step("a changed package is refused once it is here", async () => {
  const bytes = readFileSync(next.file);
  bytes[bytes.length >> 1] ^= 1;
  server.announce({ version: NEXT, bytes, signature: next.signature });
  await downloadFails("not signed by the makers");
  await goesOn();
});

step("a download that is cut, and a server that is gone, are told and change nothing", async () => {
  server.announce({ version: NEXT, bytes: readFileSync(next.file), signature: next.signature });
  server.delivery = "cut";
  await downloadFails("its download was cut");
  await server.stop();
  const failures = () => readFileSync(log, "utf8").split("the update could not be downloaded").length;
  const before = failures();
  await desk.press("update-download");
  await until("the second download failed too", () => failures() > before);
  await desk.see("update-problem", "could not be reached");
  await updateState("available");
  await goesOn();
  await server.start();
});

step("the next version is announced with its notes, and downloaded with its progress", async () => {
  const notes = "**Faster** search\n\n<script>document.title = 'hacked'</script>";
  server.announce({ version: NEXT, bytes: readFileSync(next.file), signature: next.signature, notes });
  server.delivery = "held";
  await desk.press("update-check");
  await desk.see("update-notes", "Faster search");
  await desk.press("update-download");
  await until("half of it is here", async () => {
    const share = await desk.window.execute(() => document.querySelector('[data-testid="update-progress"]')?.value);
    return share > 0.4 && share < 0.6;
  });
  await desk.shoot("51-update-downloading");
  server.delivery = "whole";
  server.letGo();
  await updateState("ready", 60);
  assert.notEqual(await desk.window.getTitle(), "hacked");
});

step("without the administrator's consent nothing is installed", async () => {
  writeFileSync(refusal, "");
  await desk.press("update-install");
  await desk.see("update-problem", "did not install");
  await goesOn();
  rmSync(refusal);
});

step("it installs and restarts when its expert says so", async () => {
  const [old] = desk.apps();
  await desk.press("update-install");
  await until("the new version runs", () => {
    const apps = desk.apps();
    return apps.length === 1 && apps[0] !== old && logged(new RegExp(`starting version=${NEXT.replaceAll(".", "\\.")}`));
  }, 60);
  assert.equal(await installedVersion(), NEXT);
  await until("its window is there", async () => (await world.desktop.visibleWindows("Proffer")).length === 1);
  await world.desktop.shoot("52-updated");
});

step("it comes up with its copy and its draft, also without the platform", async () => {
  await desk.stop();
  await world.platform.stop();
  await desk.start();
  await expert.openQuestion(QUESTION);
  assert.equal(await desk.value("composer-text"), DRAFT);
  await openUpdates();
  await desk.press("update-check");
  await desk.see("update-state", NEXT);
});

step("the manifest of before is refused", async () => {
  server.announce({ version: THIS, bytes: readFileSync(current.file), signature: current.signature });
  await isRefused("An older version than yours");
  await desk.shoot("53-old-manifest");
});

step("removed, it leaves nothing but what is its user's", async () => {
  await desk.stop();
  await root("apt-get", "purge", "-y", "-qq", "proffer");
  const known = new Set(before);
  const left = (await files()).filter((path) => !known.has(path));
  assert.deepEqual(left, []);
  assert.ok(existsSync(join(desk.folder, "journal.db")), "what was kept for the expert is still there");
});
