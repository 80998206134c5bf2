// The customer in a browser: Debian's Chromium, without JavaScript, as the pages promise to work.
import { chromium } from "playwright-core";
import { shot } from "./shots.mjs";

const CHROMIUM = process.env.PROFFER_CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the browser that all customers of a run share. */
export function openBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
}

export class Customer {
  /** A customer with cookies of their own. `options` are the browser's, such as its window's size. */
  static async open(browser, url, person, options) {
    const viewport = { width: 1100, height: 850 };
    const context = await browser.newContext({ javaScriptEnabled: false, viewport, ...options });
    context.setDefaultTimeout(20_000);
    return new Customer(context, await context.newPage(), url, person);
  }

  constructor(context, page, url, person) {
    Object.assign(this, { context, page, url, person });
  }

  close() {
    return this.context.close();
  }

  async signUp() {
    const { name, email, password } = this.person;
    await this.page.goto(`${this.url}/sign-up`);
    await this.page.fill("[name=name]", name);
    await this.page.fill("[name=email]", email);
    await this.page.fill("[name=password]", password);
    await this.#press('form[action="/sign-up"]');
  }

  async signIn() {
    const { email, password } = this.person;
    await this.page.goto(`${this.url}/sign-in`);
    await this.page.fill("[name=email]", email);
    await this.page.fill("[name=password]", password);
    await this.#press('form[action="/sign-in"]');
  }

  /** Asks a question; leaves the customer on its page. */
  async ask({ category, title, text }) {
    await this.page.goto(`${this.url}/ask`);
    await this.page.selectOption("[name=category]", { label: category });
    await this.page.fill("[name=title]", title);
    await this.page.fill("[name=text]", text);
    await this.#press('form[action="/ask"]');
  }

  /** Opens an emailed link and goes through its page: nothing happens before the button. */
  async openLink(link) {
    await this.page.goto(link);
    await this.#press('form[action^="/l/"]');
  }

  async reply(text) {
    await this.page.fill('form[action$="/reply"] [name=text]', text);
    await this.#press('form[action$="/reply"]');
  }

  async rate(stars, comment) {
    await this.page.check(`form[action$="/rate"] [name=stars][value="${stars}"]`);
    await this.page.fill('form[action$="/rate"] [name=comment]', comment);
    await this.#press('form[action$="/rate"]');
  }

  accept() {
    return this.#press('form[action$="/accept"]');
  }

  hold() {
    return this.#press('form[action$="/hold"]');
  }

  async decline(reason) {
    await this.#unfold('form[action$="/decline"]');
    await this.page.fill('form[action$="/decline"] [name=reason]', reason);
    await this.#press('form[action$="/decline"]');
  }

  complete() {
    return this.#press('form[action$="/complete"]');
  }

  goto(path) {
    return this.page.goto(this.url + path);
  }

  async text() {
    return (await this.page.locator("body").innerText()).replaceAll("\u00a0", " ");
  }

  shoot(name) {
    return this.page.screenshot({ path: shot(name), fullPage: true });
  }

  /** Opens the fold that holds a form, if it is in one. */
  async #unfold(form) {
    const fold = this.page.locator("details:not([open])", { has: this.page.locator(form) });
    if (await fold.count()) await fold.locator("summary").first().click();
  }

  async #press(form) {
    await this.#unfold(form);
    await Promise.all([this.page.waitForNavigation(), this.page.click(`${form} button:not([type=button])`)]);
  }
}
