// node server.js FOLDER DOCUMENTS.ndjson
// Loads the documents, each with an `_id`, and serves them by CouchDB's replication protocol on loopback; its first
// line says where.
const fs = require("node:fs");
const readline = require("node:readline");
const [, , folder, documents] = process.argv;
fs.mkdirSync(folder, { recursive: true });
const PouchDB = require("pouchdb").defaults({ prefix: `${folder}/` });

async function load() {
  const database = new PouchDB("main");
  let batch = [];
  for await (const line of readline.createInterface({ input: fs.createReadStream(documents) })) {
    batch.push(JSON.parse(line));
    if (batch.length === 1000) {
      await database.bulkDocs(batch);
      batch = [];
    }
  }
  if (batch.length > 0) await database.bulkDocs(batch);
}

function serve() {
  const app = require("express")();
  const options = {
    mode: "minimumForPouchDB",
    logPath: `${folder}/log.txt`,
    configPath: `${folder}/config.json`,
  };
  app.use("/", require("express-pouchdb")(PouchDB, options));
  const server = app.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
}

load().then(serve);
