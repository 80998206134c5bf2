// A real SMTP server for the tests: takes email, tells of it on standard output, one JSON object a line, and ends with
// its standard input. What it is like comes as JSON in the first argument:
//   tls: "none" | "starttls" | "wrapped", with key and cert as PEM
//   users: name -> password; with any, nobody sends without signing in
//   refuse: address -> the code with which the recipient is refused
//   hold: { user, after, times }: who gets no answer any more once that many emails of theirs were taken; so many times,
//     or always
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.cwd()}/package.json`));
const { SMTPServer } = require("smtp-server");

const like = JSON.parse(process.argv[2]);
const users = like.users ?? {};
const needsUser = Object.keys(users).length > 0;
const taken = new Map();
const held = new Set();
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const refusal = (responseCode, words) => Object.assign(new Error(words), { responseCode });

const server = new SMTPServer({
  secure: like.tls === "wrapped",
  key: like.key,
  cert: like.cert,
  disabledCommands: [...(like.tls === "none" ? ["STARTTLS"] : []), ...(needsUser ? [] : ["AUTH"])],
  allowInsecureAuth: like.tls === "none",
  authOptional: !needsUser,
  onAuth(auth, session, done) {
    if (users[auth.username] === auth.password) done(null, { user: auth.username });
    else done(refusal(535, "authentication failed"));
  },
  onMailFrom(address, session, done) {
    const isHeld = like.hold && session.user === like.hold.user && (taken.get(session.user) ?? 0) >= like.hold.after;
    if (isHeld && held.size < (like.hold.times ?? Infinity)) {
      held.add(session.id);
      say({ event: "holding", user: session.user });
      return;
    }
    done();
  },
  onClose(session) {
    if (held.has(session.id)) say({ event: "left", user: session.user });
  },
  onRcptTo(address, session, done) {
    const code = (like.refuse ?? {})[address.address];
    done(code ? refusal(code, `${address.address} is not wanted here`) : undefined);
  },
  onData(stream, session, done) {
    const pieces = [];
    stream.on("data", (piece) => pieces.push(piece));
    stream.on("end", () => {
      taken.set(session.user, (taken.get(session.user) ?? 0) + 1);
      say({
        event: "received",
        user: session.user ?? null,
        secure: session.secure,
        from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map((to) => to.address),
        raw: Buffer.concat(pieces).toString("base64"),
      });
      done();
    });
  },
});
// A client that was killed is no failure of the server's.
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => say({ event: "listening", port: server.server.address().port }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
