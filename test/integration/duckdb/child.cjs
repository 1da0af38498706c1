/**
 * A process of its own that works on a DuckDB file until it is killed. Reads one JSON request from its arguments,
 * prints `start` before and `done` after the work.
 */
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const options = {
    filename,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
  };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};

const say = (text) => process.stdout.write(`${text}\n`);

async function main() {
  const { action, path, folder, request } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  if (action === 'hold') return hold(path);
  if (action === 'read') return read(path);
  if (action === 'write') return write(path);
  const { duckdbConnector } = require('../../../connectors/duckdb/connector');
  const environment = {
    kind: 'duckdb',
    path,
    readOnly: false,
    protectedTables: [],
    stagingSchema: 'longshore_staging',
  };
  const { target } = await duckdbConnector.open(environment, {
    applicationName: 'child',
    tempDirectory: `${folder}/work-${process.pid}`,
  });
  say('start');
  if (action === 'load') for (const part of request) await target.loadPart(part, new BigInt64Array(2));
  if (action === 'publish') await target.publish(request);
  say('done');
}

/** Keeps the file open for reading until the parent closes the pipe. */
async function hold(path) {
  const { DuckDBInstance } = require('@duckdb/node-api');
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  await connection.run('FROM duckdb_tables()');
  say('start');
  process.stdin.resume();
  process.stdin.once('end', () => {
    connection.closeSync();
    instance.closeSync();
    say('done');
  });
}

/** Opens the file for reading again and again until the pipe is closed; reports what it saw and how often it could not. */
async function read(path) {
  const { DuckDBInstance } = require('@duckdb/node-api');
  let isOver = false;
  process.stdin.resume();
  process.stdin.once('end', () => (isOver = true));
  const seen = {};
  let longest = 0;
  let last = Date.now();
  say('start');
  while (!isOver) {
    try {
      const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY', threads: '1' });
      const connection = await instance.connect();
      const reader = await connection.runAndReadAll("SELECT count(*) || ' ' || min(v) || ' ' || max(v) FROM a");
      const [[state]] = reader.getRowsJson();
      connection.closeSync();
      instance.closeSync();
      seen[state] = (seen[state] ?? 0) + 1;
      longest = Math.max(longest, Date.now() - last);
      last = Date.now();
    } catch (error) {
      const what = String(error.message).includes('Could not set lock') ? 'locked' : String(error.message);
      seen[what] = (seen[what] ?? 0) + 1;
    }
    await new Promise((done) => setTimeout(done, 10));
  }
  say(JSON.stringify({ seen, longest }));
}

/** Adds a row whenever it can open the file, until the pipe is closed; reports how many rows were committed. */
async function write(path) {
  const { DuckDBInstance } = require('@duckdb/node-api');
  let isOver = false;
  process.stdin.resume();
  process.stdin.once('end', () => (isOver = true));
  let written = 0;
  say('start');
  while (!isOver) {
    try {
      const instance = await DuckDBInstance.create(path, { threads: '1' });
      const connection = await instance.connect();
      await connection.run(`INSERT INTO diary VALUES (${written})`);
      connection.closeSync();
      instance.closeSync();
      written++;
    } catch (error) {
      if (!String(error.message).includes('Could not set lock')) throw error;
    }
    await new Promise((done) => setTimeout(done, 40));
  }
  say(JSON.stringify({ written }));
}

main().catch((error) => {
  say(`failed ${error.code ?? ''} ${error.message}`);
  process.exitCode = 1;
});
