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

main().catch((error) => {
  say(`failed ${error.code ?? ''} ${error.message}`);
  process.exitCode = 1;
});
