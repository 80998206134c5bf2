// A walk through the flow with nobody at the screen: what `npm start` does where there is no display. It says what it
// does and leaves pictures of the desk, the dialog, the notification and the customer's page.
import { Expert } from "./harness/expert.mjs";
import { linkOf } from "./harness/mail.mjs";
import { until } from "./harness/program.mjs";
import { Screens } from "./harness/screens.mjs";
import { SHOTS } from "./harness/shots.mjs";
import { World } from "./harness/world.mjs";

const QUESTION = {
  category: "Legal",
  title: "The builder wants another payment before he finishes",
  text: "We agreed on **£6,800** for a garden wall, half of it paid. Now he asks for £1,500 more before he comes back, and there is no written contract. Do I have to pay?",
};
const INFO_REQUEST = "Did you agree on the price in a message or email, and what is still to be done on the wall?";
const REPLY = "He sent the price by text message in May. The last two metres and the coping stones are missing.";
const ANSWER = `You do not have to pay more than the agreed price.

- His text message fixes the price: **£6,800** for the whole wall.
- He may ask for the rest only when the work is finished.
- Ask him in writing to finish within 14 days; after that you may have it finished at his cost.`;
const OFFER = {
  kind: "letter_templates",
  title: "Letters to the builder, ready to send",
  deliverables: [
    "A letter that asks him to finish within 14 days",
    "A second letter, should he not come back",
    "A checklist of photos and messages to keep",
  ],
  price: "65.00",
};

/** Where the documents' pictures are to be kept, if they are wanted. */
const { PROFFER_SCREENSHOTS: SCREENSHOTS } = process.env;

const say = (text) => process.stdout.write(`${text}\n`);
let failed = true;
say("Starting a screen, a session bus, a notification daemon, a mail server and the platform with demo data …");
const world = await World.open({ demo: true });
try {
  const { desk, desktop, mail, platform } = world;
  const expert = new Expert(desk);
  const helen = await world.customer(world.people.customer);
  await helen.signIn();
  const screens = SCREENSHOTS && new Screens(desktop, desk, SCREENSHOTS);

  if (screens) {
    await desk.start();
    await desk.see("signin");
    await screens.take("sign-in");
    await desk.stop();
  }
  say("Opening the desk, signed in as the demo expert.");
  await world.startDesk();
  await expert.online();
  await desk.see("queue-row");

  say(`The customer asks on the web page: “${QUESTION.title}”.`);
  await helen.ask(QUESTION);
  await desk.see("queue-row", QUESTION.title);

  say("The expert locks the question and asks for information; the customer replies by the emailed link.");
  await expert.openQuestion(QUESTION.title);
  await expert.lock();
  await expert.send("info_request", INFO_REQUEST);
  const asked = await mail.letter(world.people.customer.email, /needs to know more/);
  const byMail = await world.customer(world.people.customer);
  await byMail.openLink(linkOf(asked, platform.url));
  await byMail.reply(REPLY);
  await desk.see("message", REPLY.slice(0, 40));

  say("The expert answers; the customer rates it.");
  await expert.send("answer", ANSWER, { announcesOffer: true });
  await mail.letter(world.people.customer.email, /answered your question/);
  await helen.page.reload();
  await helen.rate(5, "That helps a lot, thank you.");
  await desk.see("conversation", "That helps a lot");
  // What was raised for the demo's older offers goes first, so that the click below is on the new one.
  await desktop.closeNotifications();
  await until("the screen is free of notifications", async () => (await desktop.displayed()) === 0);
  await desktop.shoot("desk");
  await screens?.take("desk");

  say("The expert offers a premium service through the dialog.");
  await expert.fillOffer(OFFER);
  await desk.see("offer-preview", "£65.00");
  await desktop.shoot("offer-dialog");
  await screens?.take("offer-dialog");
  await expert.submitOffer();
  const letter = await mail.letter(world.people.customer.email, /has a message for you about “The builder/);
  const reader = await world.customer(world.people.customer);
  await reader.openLink(linkOf(letter, platform.url));
  await reader.shoot("customer-offer");

  say("The customer accepts.");
  await reader.accept();
  await until("the notification is on the screen", async () => (await desktop.displayed()) === 1);
  await reader.shoot("customer-accepted");
  await desktop.shoot("notification");
  const [raised] = desktop.notifications().slice(-1);
  say(`The desktop shows: “${raised.summary}” – ${raised.body}`);

  say("A click on it opens the offer in the Request Centre.");
  await desktop.clickNotification();
  await desk.see("offer-view", OFFER.title);
  await desktop.shoot("request-centre");
  if (screens) {
    say("Every other view for the documents.");
    await desktop.closeNotifications();
    await screens.take("request-centre");
    for (const view of ["insights", "settings"]) {
      await desk.click(`rail-${view}`);
      await desk.see(view);
      await screens.take(view);
    }
    for (const sheet of ["notices", "help"]) {
      await desk.click(`rail-${sheet}`);
      await desk.see(sheet);
      await screens.take(sheet);
      await desk.keys(["Escape"]);
      await desk.gone(sheet);
    }
    await desk.keys(["Control", "k"]);
    await desk.type("palette-input", "wall");
    await desk.see("palette-hit");
    await screens.take("palette");
    await desk.keys(["Escape"]);
    await desk.gone("palette");
    await desk.keys(["?"]);
    await desk.see("shortcuts");
    await screens.take("shortcuts");
    await desk.keys(["Escape"]);
    await desk.gone("shortcuts");
    await expert.openQuestion(QUESTION.title);
    await desk.keys(["g"]);
    await desk.see("guide");
    await screens.take("first-steps");
    await desk.click("guide-hide");
    await desk.gone("guide");
    await platform.stop();
    await expert.offline();
    await expert.send("answer", "One thing more: keep every letter he writes.");
    await desk.keys(["Control", "4"]);
    await desk.see("outbox-entry");
    await screens.take("outbox");
  }
  failed = false;
} catch (error) {
  await world.desktop.shoot("walk-failed").catch(() => {});
  process.exitCode = 1;
  process.stderr.write(`error: the walk did not come to its end: ${error.message}\n`);
} finally {
  await world.close(failed);
}
say(`Pictures are in ${SHOTS}`);
