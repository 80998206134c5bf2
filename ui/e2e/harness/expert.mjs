// What the expert does in the window, in the words of the flow.
import { until } from "./program.mjs";

export class Expert {
  constructor(desk) {
    this.desk = desk;
  }

  /** Waits until the desk is in step with the platform. */
  online() {
    return this.#connection("online", 30);
  }

  /** Waits until the desk says that it works without the platform. */
  offline() {
    return this.#connection("offline", 60);
  }

  #connection(state, seconds) {
    return until(`the connection is ${state}`, async () => (await this.desk.all("connection-state"))[0]?.state === state, seconds);
  }

  /** Opens a question from the queue. */
  async openQuestion(title) {
    await this.desk.click("rail-desk");
    await this.#open(() => this.desk.click("queue-row", title), "conversation", title);
  }

  /** Clicks a row until what it stands for is open: news may move another one under the pointer just then. */
  async #open(click, id, text) {
    for (let tries = 3; ; tries -= 1) {
      await click();
      try {
        return await this.desk.see(id, text, tries > 1 ? 6 : 20);
      } catch (error) {
        if (tries === 1) throw error;
      }
    }
  }

  async lock() {
    await this.desk.click("lock-button");
    // Writing is possible before; sending only with the lock.
    await this.desk.see("composer-send");
  }

  /** Writes and sends an `answer` or `info_request`. */
  async send(kind, text, { file, announcesOffer = false } = {}) {
    await this.desk.click(`composer-kind-${kind}`);
    // WebKit's driver drops line ends that are typed.
    if (text.includes("\n")) await this.desk.paste("composer-text", text);
    else await this.desk.type("composer-text", text);
    if (file) {
      await this.desk.attach("composer-attach-input", file);
      await this.desk.see("draft-file", file.split("/").at(-1));
    }
    if (announcesOffer) await this.desk.click("composer-announce-offer");
    await this.desk.click("composer-send");
    await this.desk.see("message", text.slice(0, 40));
  }

  /** Opens the dialog and fills it in; submits it unless told not to. */
  async fillOffer({ kind, title, deliverables, price, note }) {
    await this.desk.click("offer-button");
    await this.desk.see("offer-dialog");
    await this.chooseKind(kind);
    // The kind's template arrives; what is typed afterwards stays.
    await until("the kind's template is in the fields", async () => (await this.desk.value("offer-title")) !== "");
    await this.desk.type("offer-title", title);
    await this.setDeliverables(deliverables);
    await this.desk.type("offer-price", price);
    if (note !== undefined) await this.desk.type("offer-note", note);
  }

  /** Chooses a kind by its face: the radio button itself is not on the screen. */
  async chooseKind(kind) {
    await until("the kind is chosen", async () => {
      const [radio] = await this.desk.all(`offer-kind-${kind}`);
      if (radio?.checked) return true;
      if (radio) await this.desk.pressAround(radio.reference);
      return false;
    });
  }

  /** Makes the list of deliverables this one. */
  async setDeliverables(deliverables) {
    const count = async () => (await this.desk.all("offer-deliverable")).length;
    while ((await count()) < deliverables.length) {
      const before = await count();
      await this.desk.click("offer-add-deliverable");
      await until("a line was added", async () => (await count()) > before);
    }
    while ((await count()) > deliverables.length) {
      const before = await count();
      const remove = await this.desk.window.findElements("css selector", ".line__acts button");
      await this.desk.window.elementClick(Object.values(remove.at(-1))[0]);
      await until("a line was removed", async () => (await count()) < before);
    }
    for (const [place, text] of deliverables.entries()) await this.desk.type("offer-deliverable", text, place);
  }

  async submitOffer() {
    await this.desk.click("offer-submit");
    await this.desk.gone("offer-dialog");
  }

  /** Opens an offer in the Request Centre; `view` is one of its views, such as `done`. */
  async openOffer(title, view) {
    await this.desk.click("rail-requests");
    if (view) await this.desk.click(`rc-view-${view}`);
    await this.#open(() => this.desk.clickInside("rc-row", title, "button"), "offer-view", title);
  }

  /** Waits until the offer that is shown stands so, such as `accepted`. */
  async seeOfferState(state) {
    await until(`the offer shown is ${state}`, async () => (await this.desk.all("offer-view"))[0]?.state === state);
  }

  async startOffer() {
    await this.desk.click("offer-start");
    await this.desk.click("start-yes");
    await this.desk.see("offer-deliver");
  }

  async deliver(message, file) {
    await this.desk.click("offer-deliver");
    await this.desk.type("deliver-message", message);
    if (file) {
      await this.desk.attach("deliver-attach-input", file);
      await this.desk.see("deliver-file", file.split("/").at(-1));
    }
    await this.desk.click("deliver-send");
  }
}
