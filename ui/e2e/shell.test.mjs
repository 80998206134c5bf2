// The program itself: its command line, its start without a window, its single instance, its handling of the sign-in
// file. No WebDriver here: what is looked at is the desktop.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Program, own, run, until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

let world;
let env;
const running = [];

const { step } = testsOf((opened) => {
  world = opened;
  env = { ...world.desktop.env, PROFFER_DATA_DIR: world.path("shell"), PROFFER_PLATFORM_URL: world.platform.url };
  world.atEnd(async () => {
    for (const program of running) await program.stop();
  });
});

function start(args, more = {}) {
  const program = new Program(own("proffer"), args, { env: { ...env, ...more }, log: world.path("shell.log") });
  running.push(program);
  return program;
}

function signInFile(mode) {
  const file = world.path(`sign-in-${mode.toString(8)}.json`);
  writeFileSync(file, JSON.stringify({ email: DANIEL.email, password: DANIEL.password }), { mode });
  return file;
}

const windows = () => world.desktop.visibleWindows("Proffer");

step("the command line answers without a display", async () => {
  const bare = { PATH: env.PATH, HOME: env.HOME };
  assert.match((await run(own("proffer"), ["--version"], { env: bare }))[0], /^proffer \d+\.\d+\.\d+$/);
  const said = await run(own("proffer"), ["--selftest"], { env: bare });
  assert.match(said.join("\n"), /^desk: .*\nkeychain: none here .*\nok$/);
  const windowed = new Program(own("proffer"), [], { env: bare });
  await assert.rejects(windowed.finished(), /there is no display/);
});

/** Whether the keychain has entries of this service. */
async function keepsSecrets(service) {
  const ask = ["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"];
  const search = ["org.freedesktop.Secret.Service.SearchItems", `dict:string:string:service,${service}`];
  const reply = await run("dbus-send", [...ask, ...search], { env });
  return reply.some((line) => line.includes("/org/freedesktop/secrets/collection/"));
}

const selftest = (more, url = world.platform.url) =>
  run(own("proffer"), ["--selftest", "--platform", url], { env: { ...env, ...more } });

step("it tests itself: the keychain keeps a secret, and it signs in at a platform, syncs and signs out", async () => {
  const file = signInFile(0o600);
  assert.deepEqual(await selftest({ PROFFER_SIGN_IN_FILE: file }), [
    "desk: its data can be used, and it answers",
    "keychain: a secret was kept, read and deleted",
    "platform: signed in, in step, signed out; the token was in the keychain",
    "ok",
  ]);
  assert.ok(!existsSync(file), "the sign-in file is gone");
  assert.ok(!(await keepsSecrets("proffer self-test")), "nothing of it stays in the keychain");
  assert.ok(!existsSync(world.path("shell/logs")), "nobody was signed in in the desk's own folder");
});

step("a self-test that fails says so in words, and never the password", async () => {
  const fails = async (words, more, url) => {
    const error = await selftest(more, url).then(() => assert.fail("it passed"), (error) => error);
    assert.match(error.message, words);
    assert.ok(!error.message.includes(DANIEL.password));
  };
  await fails(/--platform needs PROFFER_SIGN_IN_FILE/, {});
  await fails(/signing in was refused/, { PROFFER_SIGN_IN_FILE: signInFile(0o600) }, "http://127.0.0.1:1");
  const wrong = world.path("wrong.json");
  writeFileSync(wrong, JSON.stringify({ email: DANIEL.email, password: `not ${DANIEL.password}` }), { mode: 0o600 });
  await fails(/signing in was refused/, { PROFFER_SIGN_IN_FILE: wrong });
});

step("a sign-in file that others can read is refused and deleted", async () => {
  const file = signInFile(0o644);
  const program = start(["--background"], { PROFFER_SIGN_IN_FILE: file });
  await assert.rejects(program.finished(), /could be read by others/);
  assert.ok(!existsSync(file));
});

step("started in the background it has no window, raises a notification, and a click brings the window up", async () => {
  const file = signInFile(0o600);
  const program = start(["--background"], { PROFFER_SIGN_IN_FILE: file });
  await until("the sign-in file is read and gone", () => !existsSync(file));
  const log = world.path("shell/logs/proffer.log");
  await until("the desk is in step with the platform", () => /connection state=Online/.test(readFileSync(log, "utf8")));
  assert.ok(await keepsSecrets("proffer"), "its token is in the keychain");
  const session = `PROFFER_SIGN_IN_FILE=${file}`;
  assert.ok(readFileSync(`/proc/${program.pid}/environ`, "utf8").includes(session), "it is still the process that was started");

  const helen = await world.customer(HELEN);
  await helen.signUp();
  await helen.ask({ category: "Legal", title: "May I record the call", text: "My insurer calls me. May I record what they say?" });
  const desk = await world.expertsView();
  const question = await desk.question("May I record the call");
  const offer = await desk.offerOn(question, { title: "Consent letter", price_minor: 4000, deliverables: ["A letter"] });
  await helen.goto(`/offers/${offer.id}`);
  await helen.accept();
  await until("the notification is on the screen", async () => (await world.desktop.displayed()) === 1);
  const [raised] = world.desktop.notifications();
  assert.deepEqual([raised.summary, raised.body], ["Helen Marsh accepted your offer", `Consent letter · £40.00 · Q-${question.number}`]);
  assert.deepEqual(await windows(), [], "no window so far");
  await world.desktop.clickNotification();
  await until("the window is there", async () => (await windows()).length === 1);
  await world.desktop.shoot("30-window-by-notification");
});

step("a second start brings the first one's window up and ends", async () => {
  const [id] = await windows();
  await world.desktop.hideWindow(id);
  await run(own("proffer"), [], { env });
  await until("the window is back", async () => (await windows()).length === 1);
  assert.equal(world.desktop.notifications().length, 1);
});

step("a SIGTERM ends it cleanly, and its log holds no secret", async () => {
  const program = running.at(-1);
  const end = await program.stop();
  assert.equal(end.code, 0, JSON.stringify(end));
  const log = readFileSync(world.path("shell/logs/proffer.log"), "utf8");
  assert.match(log, /ended/);
  assert.ok(!log.includes(DANIEL.password));
  assert.ok(!log.includes(DANIEL.email));
});
