import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../config/load';
import { effectiveBatch } from '../../../core/month/effective-batch';
import { folderWith } from './files';

/** Configurations as docs/month-batches.md shows them. */
const EXAMPLES = [
  ...readFileSync(join(__dirname, '../../../docs/month-batches.md'), 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm),
].map(([, text]) => text ?? '');

const load = (text: string) =>
  loadConfig(join(folderWith({ 'longshore.yaml': text }), 'longshore.yaml'), {
    env: { SNOWFLAKE_PASSWORD: 'x' },
    strict: true,
  });

describe('docs/month-batches.md', () => {
  it('begins with a batch that can be loaded', () => {
    const { config, warnings } = load(EXAMPLES[0] ?? '');
    expect(warnings).toEqual([]);
    expect(effectiveBatch(config, 'market').tables.map(({ name }) => name)).toEqual(['trades', 'positions']);
  });

  it('shows inheritance that ends as it says', () => {
    const environments = '{ test: { kind: duckdb, path: t }, warehouse: { kind: duckdb, path: w } }';
    const { config, warnings } = load(`version: 1\nenvironments: ${environments}\n${EXAMPLES[1] ?? ''}`);
    expect(warnings).toEqual([]);
    const table = { format: { delimiter: ',', nullTexts: ['\\N', 'NULL'] }, dateColumn: 'RECORD_DATE' };
    expect(effectiveBatch(config, 'market-test')).toMatchObject({
      parallel: { months: 4 },
      tables: [{ ...table, load: 'append' }],
    });
    expect(effectiveBatch(config, 'market-prod')).toMatchObject({
      basePath: '/data/incoming',
      tables: [{ ...table, load: 'replace', quality: { levels: { anomalies: 'critical' } } }],
    });
  });
});
