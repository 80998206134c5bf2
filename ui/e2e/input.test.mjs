// Bad input in the real window: each is told in words that say what to do, and nothing typed is lost.
import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

const MIRA = { role: "expert", name: "Mira Lindqvist", email: "mira@proffer.example", password: "three blue kettles", categories: ["Legal"] };
const QUESTION = { category: "Legal", title: "Who pays for the broken lift", text: "The landlord sends us the whole bill for the lift. Is that right?" };
const OFFER = {
  kind: "document_preparation",
  title: "Letter to the landlord",
  deliverables: ["A letter, ready to send"],
  price: "60.00",
};

let world;
let desk;
let expert;
let helen;
let platformView;

const { step } = testsOf(async (opened) => {
  world = opened;
  await world.platform.account(MIRA);
  desk = world.desk;
  expert = new Expert(desk);
  helen = await world.customer(HELEN);
  await helen.signUp();
  await helen.ask(QUESTION);
  platformView = await world.expertsView();
  await desk.start();
});

async function signIn(url, email, password) {
  await desk.type("signin-url", url);
  await desk.type("signin-email", email);
  await desk.type("signin-password", password);
  await desk.click("signin-submit");
}

/** The fields of the sign-in form as they stand. */
async function typed() {
  return [await desk.value("signin-url"), await desk.value("signin-email"), await desk.value("signin-password")];
}

step("a wrong password is told as such, and what was typed stays", async () => {
  const fields = [world.platform.url, DANIEL.email, "not the password"];
  await signIn(...fields);
  await desk.see("signin", "The address or the password is not right");
  assert.deepEqual(await typed(), fields);
  await desk.shoot("40-wrong-password");
});

step("a customer's account is told where customers go", async () => {
  await signIn(world.platform.url, HELEN.email, HELEN.password);
  await desk.see("signin", "web pages");
});

step("an address that answers with HTML is no platform, and what was typed stays", async () => {
  const site = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>A bakery</title><h1>Fresh bread</h1>");
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  try {
    const fields = [`http://127.0.0.1:${site.address().port}`, DANIEL.email, DANIEL.password];
    await signIn(...fields);
    await desk.see("signin", "No Proffer platform answers at this address");
    assert.deepEqual(await typed(), fields);
    await desk.shoot("41-not-a-platform");
  } finally {
    await new Promise((resolve) => site.close(resolve));
  }
});

step("an address that is none is told at its field", async () => {
  await signIn("http://", DANIEL.email, DANIEL.password);
  await desk.see("signin", "address");
  assert.equal((await typed())[1], DANIEL.email);
  await signIn(world.platform.url, DANIEL.email, DANIEL.password);
  await expert.online();
});

step("a question that another expert holds says who holds it", async () => {
  const mira = await world.platform.client(MIRA);
  const question = await mira.question(QUESTION.title);
  await mira.post(`/v1/questions/${question.id}/lock`, {});
  await expert.openQuestion(QUESTION.title);
  await desk.see("conversation", MIRA.name);
  await desk.shoot("42-locked-by-other");
  await mira.post(`/v1/questions/${question.id}/release`, {});
  await expert.lock();
});

step("a text of 100 KB is refused with its limit, and stays in the composer", async () => {
  const text = "A long answer. ".repeat(6_827);
  assert.ok(text.length > 102_400);
  await desk.click("composer-kind-answer");
  await desk.paste("composer-text", text);
  await desk.click("composer-send");
  const problem = await desk.see("composer-problem");
  assert.match(problem.text, /character/);
  assert.equal(await desk.value("composer-text"), text);
  assert.equal((await platformView.question(QUESTION.title)).state, "open");
  await desk.shoot("43-long-text");
  await desk.paste("composer-text", "");
});

step("a file of a dangerous type or of 100 MB is refused in words, and the text stays", async () => {
  await desk.type("composer-text", "The lease decides. See the file.");
  const program = world.path("lift-bill.exe");
  writeFileSync(program, "MZ not really a program");
  await desk.attach("composer-attach-input", program);
  await desk.see("composer-file-problem", "lift-bill.exe").catch(() => desk.see("composer-file-problem", "file"));
  await desk.shoot("44-dangerous-file");
  const big = world.path("lift-video.mp4");
  writeFileSync(big, "");
  truncateSync(big, 100 * 1024 * 1024);
  await desk.attach("composer-attach-input", big);
  await desk.see("composer-file-problem", "MB", 60);
  await desk.shoot("45-large-file");
  assert.equal(await desk.value("composer-text"), "The lease decides. See the file.");
  assert.equal((await desk.all("draft-file")).length, 0);
});

step("an offer is refused field by field, in words, and its fields stay", async () => {
  await expert.send("answer", "The lease decides who pays; most name the landlord.");
  await until("the answer is on the platform", async () => (await platformView.question(QUESTION.title)).state === "answered");
  await expert.fillOffer(OFFER);
  for (const [price, words] of [
    ["0", /at least £5\.00/],
    ["12,3x", /not an amount/],
    ["99999999", /at most £2,500\.00/],
  ]) {
    await desk.type("offer-price", price);
    await desk.click("offer-submit");
    // The words of the price before may still stand there.
    await until(`${price} is refused in words`, async () => words.test((await desk.see("problem-price")).text));
    assert.equal(await desk.value("offer-price"), price);
    assert.equal(await desk.value("offer-title"), OFFER.title);
  }
  await desk.shoot("46-price-refused");
  await desk.type("offer-price", OFFER.price);
  await expert.setDeliverables([""]);
  await desk.click("offer-submit");
  await desk.see("problem-deliverables");
  await desk.shoot("47-no-deliverable");
  assert.equal((await platformView.offers(OFFER.title)).length, 0);
});

step("an expiry that has passed is refused in words, and the date stays to be mended", async () => {
  await expert.setDeliverables(OFFER.deliverables);
  await desk.choose("offer-expires", "date");
  await desk.see("offer-expires-at");
  await desk.choose("offer-expires-at", "2024-02-29T12:00");
  await desk.click("offer-submit");
  await desk.see("problem-expires", "This expiry has passed; choose a later time or none.");
  assert.equal(await desk.value("offer-expires-at"), "2024-02-29T12:00");
  assert.equal(await desk.value("offer-title"), OFFER.title);
  assert.equal(await desk.value("offer-deliverable"), OFFER.deliverables[0]);
  assert.equal((await platformView.offers(OFFER.title)).length, 0);
  await desk.shoot("48-expiry-passed");
  await desk.choose("offer-expires", "never");
  await desk.gone("problem-expires");
});

step("what was typed into the dialog is there again after the desk was restarted, and then goes out", async () => {
  await desk.type("offer-note", "Ready by Friday.");
  await desk.click("offer-close");
  await desk.gone("offer-dialog");
  await desk.stop();
  await desk.start();
  await expert.online();
  await expert.openQuestion(QUESTION.title);
  await desk.click("offer-button");
  await desk.see("offer-dialog");
  assert.equal(await desk.value("offer-title"), OFFER.title);
  assert.equal(await desk.value("offer-price"), OFFER.price);
  assert.equal(await desk.value("offer-note"), "Ready by Friday.");
  await expert.setDeliverables(OFFER.deliverables);
  await expert.submitOffer();
  await until("the offer is on the platform", async () => (await platformView.offers(OFFER.title)).length === 1);
});
