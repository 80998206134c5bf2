// The real platform as a process, with its accounts, and its API as a desk or any other client sees it.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Program, own, run } from "./program.mjs";

export class Platform {
  #program;
  #listen = "127.0.0.1:0";

  /** A platform that keeps its data under `folder` and sends its email to `smtpUrl`. */
  constructor(folder, smtpUrl) {
    this.folder = join(folder, "platform");
    this.smtpUrl = smtpUrl;
    this.log = join(folder, "platform.log");
    mkdirSync(this.folder, { recursive: true });
  }

  /** Runs one of its commands, such as `account create`. */
  command(args, input) {
    return run(own("proffer-platform"), [...args, "--data", this.folder], { input, env: process.env });
  }

  category(name) {
    return this.command(["category", "create", "--name", name]);
  }

  /** Makes an account of a person {role, name, email, password, categories?, timeZone?}. */
  account({ role, name, email, password, categories = [], timeZone = "Europe/London" }) {
    const served = categories.flatMap((category) => ["--category", category]);
    const args = ["account", "create", "--role", role, "--email", email, "--name", name, "--time-zone", timeZone];
    return this.command([...args, ...served, "--password-stdin"], password);
  }

  /** Starts it; after the first time, at the same address. */
  async start() {
    const args = ["serve", "--data", this.folder, "--listen", this.#listen, "--smtp", this.smtpUrl];
    this.#program = new Program(own("proffer-platform"), args, { log: this.log, env: process.env });
    const [, url] = await this.#program.line(/^listening on (http:\/\/\S+)$/);
    this.url = url;
    this.#listen = new URL(url).host;
  }

  /** Stops it; it must end cleanly. */
  async stop() {
    if (!this.#program) return;
    const end = await this.#program.stop();
    this.#program = undefined;
    if (end.code !== 0) throw new Error(`the platform ended with ${JSON.stringify(end)}; see ${this.log}`);
  }

  /** Stops it, whatever it says. */
  async dispose() {
    await this.#program?.stop().catch(() => {});
    this.#program = undefined;
  }

  /** Fills it with the demo's data set; gives the two people to sign in as. */
  async seed(number) {
    await this.command(["demo", "seed", "--seed", String(number)]);
    return JSON.parse(readFileSync(join(this.folder, "demo-accounts.json"), "utf8"));
  }

  /** The API as this person sees it. */
  async client({ email, password }) {
    const client = new Client(this.url);
    const session = await client.post("/v1/sessions", { email, password, device: "end-to-end test" });
    client.token = session.token;
    client.me = session.me;
    return client;
  }
}

/** A new id, as clients of the protocol make them. */
export function uuid7() {
  const time = Date.now().toString(16).padStart(12, "0");
  const random = randomBytes(10).toString("hex");
  const variant = (8 + (parseInt(random[3], 16) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

/** A client of the protocol. */
class Client {
  constructor(url) {
    this.url = url;
  }

  async #call(method, path, body) {
    const headers = { "proffer-protocol": "1" };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (body) headers["content-type"] = "application/json";
    if (method === "POST" && this.token) headers["idempotency-key"] = uuid7();
    const response = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : undefined;
  }

  get(path) {
    return this.#call("GET", path);
  }

  post(path, body) {
    return this.#call("POST", path, body);
  }

  /** Locks and answers a question and offers something on it, as a desk would; gives the offer. */
  async offerOn(question, { title, price_minor: amount_minor, deliverables }) {
    await this.post(`/v1/questions/${question.id}/lock`, {});
    const message = { id: uuid7(), kind: "answer", text: "You can do this in three steps." };
    await this.post(`/v1/questions/${question.id}/messages`, message);
    const terms = {
      kind: "document_preparation",
      title,
      deliverables,
      price: { amount_minor, currency: "GBP" },
      delivery_time: { count: 2, unit: "days" },
      expires_at: null,
      note: "",
      call_slots: [],
    };
    const { offer } = await this.post(`/v1/questions/${question.id}/offers`, { id: uuid7(), terms });
    return offer;
  }

  /** Every document this person may see, of one entity. */
  async documents(entity) {
    const found = new Map();
    let cursor;
    for (let more = true; more; ) {
      const page = await this.get(`/v1/sync?limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      for (const change of page.changes.filter((change) => change.entity === entity)) {
        if (change.document) found.set(change.id, change.document);
        else found.delete(change.id);
      }
      ({ cursor, more } = page);
    }
    return [...found.values()];
  }

  /** The offers of this title (all versions of one offer are one document). */
  async offers(title) {
    return (await this.documents("offer")).map((document) => document.offer).filter((offer) => offer.terms.title === title);
  }

  /** The question of this title. */
  async question(title) {
    const documents = await this.documents("question");
    return documents.map((document) => document.question).find((question) => question.title === title);
  }
}
