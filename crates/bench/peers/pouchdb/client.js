// node client.js URL FOLDER
// Replicates everything once into a new database and prints how many documents came and how many seconds it took.
const fs = require("node:fs");
const [, , url, folder] = process.argv;
fs.mkdirSync(folder, { recursive: true });
const PouchDB = require("pouchdb");
const Local = PouchDB.defaults({ prefix: `${folder}/` });
// The fastest of the batch sizes that were tried.
const options = { batch_size: 1000, batches_limit: 10 };

const started = performance.now();
PouchDB.replicate(new PouchDB(`${url}/main`), new Local("local"), options).then((done) => {
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ documents: done.docs_written, seconds }));
  process.exit(0);
});
