// Bad input on the customer's pages, in Chromium: each is told in words with the way out, and nothing typed is lost.
import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { linkOf } from "./harness/mail.mjs";
import { run, until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { HELEN } from "./harness/world.mjs";

const QUESTION = { category: "Legal", title: "The shop keeps my deposit", text: "I cancelled in time. May the shop keep it?" };
const OFFER = { title: "Letter to the shop", price_minor: 4000, deliverables: ["A letter, ready to send"] };
const NEW = { category: "IT", title: "My disk makes a noise", text: "A click each second, since **Friday**.\n\nMay I copy it?" };

let world;
let helen;
let platformView;
let link;

const { step } = testsOf(async (opened) => {
  world = opened;
  helen = await world.customer(HELEN);
  platformView = await world.expertsView();
  await helen.signUp();
  await helen.ask(QUESTION);
  const question = await platformView.question(QUESTION.title);
  await platformView.offerOn(question, OFFER);
  link = linkOf(await world.mail.letter(HELEN.email, /has a message for you/), world.platform.url);
});

/** A file of 100 MB that is all hole on the disk. */
function largeFile(name) {
  const path = world.path(name);
  writeFileSync(path, "");
  truncateSync(path, 100 * 1024 * 1024);
  return path;
}

/** Opens a link with nobody signed in, and checks what the page says and that it leads on. */
async function opensAs(address, status, words) {
  const reader = await world.customer(HELEN);
  const response = await reader.page.goto(address);
  assert.equal(response.status(), status);
  const text = await reader.text();
  assert.match(text, words);
  assert.ok(!text.includes(OFFER.title), "nothing of the offer is shown");
  assert.equal(await reader.page.locator('form[action="/new-link"] [name=email]').count(), 1);
  return reader;
}

step("a broken emailed link says so and offers a new one", async () => {
  const reader = await opensAs(`${link.slice(0, -6)}AAAAAA`, 404, /This link does not work[\s\S]*whole link was copied/);
  await reader.shoot("50-broken-link");
  await reader.close();
});

step("an expired emailed link says so, and a new one comes by email in its place", async () => {
  // The platform's clock is the system's, so the link is made as old as it would be.
  const age = `import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=20) as store: store.execute("UPDATE link SET expires_at = 1")`;
  await run("python3", ["-c", age, `${world.platform.folder}/platform.db`], { env: process.env });

  const reader = await opensAs(link, 410, /This link has expired[\s\S]*work for 90 days/);
  await reader.shoot("51-expired-link");
  const before = world.mail.letters.length;
  await reader.page.fill("[name=email]", HELEN.email);
  await reader.page.click('form[action="/new-link"] button');
  await reader.page.waitForSelector("text=Look into your mailbox");
  const letter = await until("the new link's letter", () => world.mail.letters.slice(before).find((one) => one.to.includes(HELEN.email)));
  const fresh = linkOf(letter, world.platform.url);
  assert.notEqual(fresh, link);
  await reader.openLink(fresh);
  assert.match(await reader.text(), new RegExp(OFFER.title));
  await reader.close();
});

step("a file of 100 MB on a new question is refused with the limit, and the form keeps what was typed", async () => {
  const { page } = helen;
  await helen.goto("/ask");
  await page.selectOption("[name=category]", { label: NEW.category });
  await page.fill("[name=title]", NEW.title);
  await page.fill("[name=text]", NEW.text);
  const photo = world.path("noise.txt");
  writeFileSync(photo, "click, click");
  await page.setInputFiles("[name=attachments]", [photo, largeFile("disk video.mp4")]);
  await Promise.all([page.waitForNavigation(), page.click('form[action="/ask"] button')]);

  const text = await helen.text();
  assert.match(text, /What you typed is still here/);
  assert.match(text, /“?disk video\.mp4”? is larger than \d+(\.\d)? MB; send a smaller file or split it/);
  await helen.shoot("52-large-upload");
  assert.equal(await page.inputValue("[name=title]"), NEW.title);
  assert.equal((await page.inputValue("[name=text]")).replaceAll("\r\n", "\n"), NEW.text);
  assert.equal(await page.locator("[name=category] option:checked").innerText(), NEW.category);
  assert.match(text, /Kept: noise\.txt/);
  assert.equal(await platformView.question(NEW.title), undefined, "nothing was asked");

  await Promise.all([page.waitForNavigation(), page.click('form[action="/ask"] button')]);
  const asked = await until("it is asked without the large file", () => platformView.question(NEW.title));
  assert.equal(asked.text, NEW.text);
  assert.deepEqual(
    asked.attachments.map((file) => file.name),
    ["noise.txt"],
  );
});

step("a file of 100 MB in a reply is refused with the limit, and the reply stays", async () => {
  const { page } = helen;
  const question = await platformView.question(QUESTION.title);
  const reply = "Here is the film of the shop.";
  await helen.goto(`/questions/${question.id}`);
  const form = page.locator('form[action$="/reply"]');
  await form.locator("[name=text]").fill(reply);
  await form.locator("[type=file]").setInputFiles(largeFile("shop.mp4"));
  await Promise.all([page.waitForNavigation(), form.locator("button").click()]);
  assert.match(await helen.text(), /shop\.mp4”? is larger than \d+(\.\d)? MB; send a smaller file or split it/);
  assert.equal(await form.locator("[name=text]").inputValue(), reply);
});
