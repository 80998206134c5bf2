// A real SMTP server that receives what the platform sends.
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { until } from "./program.mjs";

export class Mailbox {
  #server;

  constructor() {
    this.letters = [];
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["AUTH", "STARTTLS"],
      onData: (stream, session, done) => {
        simpleParser(stream).then((letter) => {
          this.letters.push({
            to: session.envelope.rcptTo.map((recipient) => recipient.address),
            headerTo: letter.to?.value.map((address) => address.address) ?? [],
            from: letter.from?.text ?? "",
            subject: letter.subject ?? "",
            text: letter.text ?? "",
            html: letter.html || "",
            messageId: letter.messageId,
            autoSubmitted: letter.headers.get("auto-submitted"),
          });
          done();
        }, done);
      },
    });
  }

  /** Begins to listen; gives the URL for the platform. */
  async start() {
    await new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return `smtp://127.0.0.1:${this.#server.server.address().port}`;
  }

  stop() {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** The letters to an address whose subject matches. */
  to(address, subject) {
    return this.letters.filter((letter) => letter.to.includes(address) && subject.test(letter.subject));
  }

  /** Waits for a letter to an address whose subject matches; the newest if there are several. */
  letter(address, subject, seconds = 20) {
    return until(`a letter to ${address} with the subject ${subject}`, () => this.to(address, subject).at(-1), seconds);
  }
}

/** The link of a letter: in its text and its HTML, to the platform and nowhere else. */
export function linkOf(letter, platformUrl) {
  const links = [...letter.text.matchAll(/https?:\/\/\S+/g)].map((match) => match[0]);
  const own = links.filter((link) => link.startsWith(`${platformUrl}/l/`));
  if (own.length !== 1 || links.length !== 1) throw new Error(`one link to the platform was expected: ${links}`);
  if (!letter.html.includes(own[0])) throw new Error("the HTML of the letter has another link than its text");
  return own[0];
}
