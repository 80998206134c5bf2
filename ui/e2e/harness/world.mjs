// Everything of one run: desktop, platform, email, the customer's browser, the desk. Ends what it started, in reverse.
import { join } from "node:path";
import { Customer, openBrowser } from "./customer.mjs";
import { Desk } from "./desk.mjs";
import { Desktop } from "./desktop.mjs";
import { Mailbox } from "./mail.mjs";
import { Platform } from "./platform.mjs";

export const DANIEL = {
  role: "expert",
  name: "Daniel Okafor",
  email: "daniel@proffer.example",
  password: "seven quiet herons",
  categories: ["Legal", "IT"],
};

export const HELEN = {
  role: "customer",
  name: "Helen Marsh",
  email: "helen.marsh@mail.example",
  password: "a garden in april",
};

export class World {
  #closing = [];

  /** Starts all that is around the desk; with the demo's people and questions if `demo`. */
  static async open({ demo = false } = {}) {
    const world = new World();
    try {
      await world.#start(demo);
    } catch (error) {
      await world.close(true);
      throw error;
    }
    return world;
  }

  async #start(demo) {
    this.desktop = new Desktop();
    this.#closing.push((failed) => this.desktop.stop(failed && process.env.PROFFER_KEEP === "1"));
    await this.desktop.start();
    this.folder = this.desktop.folder;
    this.mail = new Mailbox();
    const smtpUrl = await this.mail.start();
    this.#closing.push(() => this.mail.stop());
    this.platform = new Platform(this.desktop.folder, smtpUrl);
    this.#closing.push(() => this.platform.dispose());
    this.people = { expert: DANIEL, customer: HELEN };
    if (demo) {
      this.people = await this.platform.seed(7);
    } else {
      for (const category of DANIEL.categories) await this.platform.category(category);
      await this.platform.account(DANIEL);
    }
    await this.platform.start();
    this.browser = await openBrowser();
    this.#closing.push(() => this.browser.close());
    this.desk = new Desk(this.desktop);
    this.#closing.push(() => this.desk.stop());
  }

  /** Has something done before what the world started is ended. */
  atEnd(work) {
    this.#closing.push(work);
  }

  /** Starts the desk as `npm start` does: with a prepared sign-in. */
  startDesk() {
    const person = this.people.expert;
    return this.desk.start({ url: this.platform.url, email: person.email, password: person.password });
  }

  /** The platform's API as the expert sees it. */
  expertsView() {
    return this.platform.client(this.people.expert);
  }

  /** A customer with a browser window of their own. */
  customer(person, options) {
    return Customer.open(this.browser, this.platform.url, person, options);
  }

  /** Runs a step; a failing one leaves a picture of the screen. */
  async step(name, work) {
    try {
      return await work();
    } catch (error) {
      const file = `failed-${name.replaceAll(/[^a-z0-9]+/gi, "-").slice(0, 60)}`;
      await this.desktop?.shoot(file).catch(() => {});
      throw error;
    }
  }

  /** A path in this run's own folder. */
  path(name) {
    return join(this.desktop.folder, name);
  }

  /** Ends everything. */
  async close(failed = false) {
    const problems = [];
    for (const close of this.#closing.reverse()) {
      try {
        await close(failed);
      } catch (error) {
        problems.push(error);
      }
    }
    this.#closing = [];
    if (problems.length > 0 && !failed) throw problems[0];
  }
}
