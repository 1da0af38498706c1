/**
 * Loads one file through the client, and says what became of it. In this folder, while `longshore up` runs in it:
 *
 *   node PATH-TO-LONGSHORE/dist/examples/drop-folders/client.js airports_20261120.csv
 *
 * `npm run build` compiles it. Where Temporal and the catalog are stands in .longshore/up.json while `up` runs; with
 * servers of your own set the variables below.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { LongshoreClient, ReferenceDataAPI } from '../../client';

const STATE = '.longshore/up.json';
const CONFIGURATION = 'longshore.yaml';

async function main(path: string): Promise<boolean> {
  const up = existsSync(STATE) ? (JSON.parse(readFileSync(STATE, 'utf8')) as Record<string, string>) : {};
  const {
    LONGSHORE_TEMPORAL_ADDRESS: address = up['temporalAddress'] ?? 'localhost:7233',
    LONGSHORE_TEMPORAL_NAMESPACE: namespace = up['namespace'] ?? 'default',
    LONGSHORE_CATALOG_URL: url = up['catalogUrl'],
    USER: by = 'example',
  } = process.env;
  if (!url) throw new Error('Start `longshore up` here, or let LONGSHORE_CATALOG_URL name the catalog.');
  const document: unknown = parse(readFileSync(CONFIGURATION, 'utf8'));
  const client = await LongshoreClient.connect({ temporal: { address, namespace }, catalog: { url } });
  try {
    const configuration = { document, source: CONFIGURATION };
    return await load(new ReferenceDataAPI({ client, configuration, folder: 'reference', by }), path);
  } finally {
    await client.close();
  }
}

async function load(api: ReferenceDataAPI, path: string): Promise<boolean> {
  // How it would be read. Of all that is asked here, only this needs no server.
  const format = await api.detectFormat(path);
  for (const { trait, value, why } of format.data?.findings ?? []) console.log(`${trait}: ${value} (${why})`);

  // Started, then asked for, as a page or another program would. `processFile` does both at once.
  const started = await api.processFileAsync({ path, dataset: 'reference', loadType: 'fullload' });
  if (!started.data) throw new Error(`${started.error?.code}: ${started.error?.message} ${started.error?.next}`);
  const { operationId } = started.data;
  let status = await api.operationStatus(operationId);
  while (status.data?.state === 'running') {
    const { step = 'waiting', rows = 0 } = status.data.progress ?? {};
    console.log(`${step}, ${rows} rows`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    status = await api.operationStatus(operationId);
  }
  const outcome = status.data?.outcome;
  console.log(outcome ?? status);

  const table = outcome?.table === undefined ? undefined : await api.tableInfo(outcome.table);
  if (table?.data)
    console.table(table.data.table.columns.map(({ name, nativeType }) => ({ column: name, type: nativeType })));
  return outcome?.state === 'loaded' || outcome?.state === 'skipped';
}

void main(process.argv[2] ?? 'airports_20261120.csv').then((isLoaded) => {
  process.exitCode = isLoaded ? 0 : 1;
});
