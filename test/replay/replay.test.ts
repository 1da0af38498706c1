import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  DefaultLogger,
  Runtime,
  Worker,
  bundleWorkflowCode,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

const HISTORIES = join(__dirname, '..', 'histories');

Runtime.install({ logger: new DefaultLogger('ERROR') });

jest.setTimeout(120_000);

describe('workflow code', () => {
  let bundle: WorkflowBundleWithSourceMap;

  beforeAll(async () => {
    // No `ignoreModules`: a Node built-in or a driver anywhere below workflows/ makes the bundling fail.
    bundle = await bundleWorkflowCode({ workflowsPath: require.resolve('../../workflows') });
  });

  test('bundles without databases, schemas or Node built-ins', () => {
    for (const forbidden of [
      'node_modules/zod',
      'node_modules/pg/',
      '@duckdb',
      'node_modules/kysely',
      'pino',
      '/connectors/',
      '/catalog/',
    ]) {
      expect(bundle.code).not.toContain(forbidden);
    }
  });

  const histories = readdirSync(HISTORIES).filter((name) => /\.json(\.gz)?$/.test(name));

  test('has recorded histories to be held against', () => {
    expect(histories.length).toBeGreaterThanOrEqual(25);
  });

  test.each(histories)('replays %s without a deviation', async (name) => {
    const kept = readFileSync(join(HISTORIES, name));
    const text = (name.endsWith('.gz') ? gunzipSync(kept) : kept).toString('utf8');
    const { workflowId, history } = JSON.parse(text) as {
      workflowId: string;
      history: unknown;
    };
    await Worker.runReplayHistory({ workflowBundle: bundle }, history, workflowId);
  });
});
