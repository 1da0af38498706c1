import { join } from 'node:path';
import { loadConfig, parseDocument } from '../../../config/load';
import { diffDocuments } from '../../../config/diff';
import { mergeDocuments, sharedPart } from '../../../config/sets';
import { effectiveBatch } from '../../../core/month/effective-batch';
import { errorOf, folderWith, SOUND } from './files';

const load = (text: string, options: Parameters<typeof loadConfig>[1] = {}, more: Record<string, string> = {}) =>
  loadConfig(join(folderWith({ 'longshore.yaml': text, ...more }), 'longshore.yaml'), { env: {}, ...options });
const BATCH = `monthBatches:
  trades-daily:
    to: uat
    basePath: in
    tables:
      trades: { files: "trades_{month}.tsv", columns: [day, id], keyColumns: [id] }
`;

describe('the section monthBatches', () => {
  it('may be left out', () => {
    expect(parseDocument({ version: 1 })).toMatchObject({ monthBatches: {}, monthTemplates: {} });
  });

  it('reports every problem at once with file, line and path, those of the schema and those of the rules', () => {
    const text = `${SOUND}monthBatches:
  daily:
    to: uatt
    parallel: { months: 99 }
    tables:
      trades:
        files: ["trades_{moth}.tsv", "x_{month}"]
        delimitr: ","
        columns: [day, id]
        keyColumns: [idd]
`;
    const { problems } = errorOf(() => load(text));
    const line = SOUND.split('\n').length;
    expect(problems?.map(({ line: at, path }) => `${at! - line} ${path}`)).toEqual([
      '2 monthBatches.daily.to',
      '3 monthBatches.daily.parallel.months',
      '6 monthBatches.daily.tables.trades.files[0]',
      '7 monthBatches.daily.tables.trades.delimitr',
      '9 monthBatches.daily.tables.trades.keyColumns[0]',
    ]);
    expect(problems?.[3]?.message).toBe('The key `delimitr` is not known here. Did you mean delimiter?');
    expect(problems?.[4]?.message).toBe('`trades` has no column `idd`. Did you mean id?');
  });

  it('may be spread over several files, and be changed by variables and overrides', () => {
    const text = `extends: [base.yaml]\nmonthBatches: { trades-daily: { tables: { trades: { keyColumns: [day, id] } } } }\n`;
    const { config } = load(
      text,
      {
        env: {
          LONGSHORE__MONTHBATCHES__TRADES_DAILY__PARALLEL__MONTHS: '7',
          LONGSHORE__MONTHBATCHES__TRADES_DAILY__TABLES__TRADES__LOAD: 'append',
        },
        overrides: { 'monthBatches.trades-daily.stage.partSize': '100MB' },
      },
      { 'base.yaml': SOUND + BATCH },
    );
    const batch = effectiveBatch(config, 'trades-daily');
    expect(batch).toMatchObject({ basePath: 'in', parallel: { months: 7 }, stage: { partBytes: 100e6 } });
    expect(batch.tables[0]?.keyColumns).toEqual(['day', 'id']);
  });

  it('fills references to variables in when it is read', () => {
    const text = SOUND + BATCH.replace('basePath: in', 'basePath: "${INCOMING:-/data}/months"');
    expect(load(text).config.monthBatches['trades-daily']?.basePath).toBe('/data/months');
    expect(load(text, { env: { INCOMING: '/mnt' } }).config.monthBatches['trades-daily']?.basePath).toBe('/mnt/months');
  });

  it('warns of a target that is read-only, and refuses it where it is strict', () => {
    const text = SOUND + BATCH.replace('to: uat', 'to: prod');
    expect(load(text).warnings).toMatchObject([
      { path: 'monthBatches.trades-daily.to', code: 'READ_ONLY_ENVIRONMENT' },
    ]);
    expect(errorOf(() => load(text, { strict: true })).code).toBe('READ_ONLY_ENVIRONMENT');
  });

  it('tells a problem that two batches inherit once', () => {
    const text = `${SOUND}monthBatches:
  base: { to: uat, tables: { t: { files: "t_{month}", columns: [a], keyColumns: [b] } } }
  one: { extends: base }
  two: { extends: base }
`;
    expect(errorOf(() => load(text)).problems).toHaveLength(1);
  });

  it('is shown change by change', () => {
    const [before, after] = ['trades_{month}.tsv', 'deals_{month}.tsv'].map(
      (files) => load(SOUND + BATCH.replace('trades_{month}.tsv', files)).config,
    );
    expect(diffDocuments(before, after)).toEqual([
      {
        path: 'monthBatches.trades-daily.tables.trades.files',
        before: 'trades_{month}.tsv',
        after: 'deals_{month}.tsv',
      },
    ]);
  });
});

describe('month batches that are exchanged', () => {
  const base = { version: 1, environments: { wh: { kind: 'duckdb', path: 'a' } }, transferSets: {} };
  const theirs = {
    ...base,
    environments: { wh: { kind: 'duckdb', path: 'b' } },
    monthTemplates: { common: { delimiter: '|' } },
    monthBatches: {
      root: { to: 'wh' },
      daily: { extends: 'root', to: 'wh', tables: { t: { template: ['common'], files: 't_{month}' } } },
    },
  };

  it('are part of what is shared', () => {
    expect(sharedPart(theirs)).toMatchObject({
      monthBatches: theirs.monthBatches,
      monthTemplates: theirs.monthTemplates,
    });
  });

  it('follow their environment, base and templates to new names', () => {
    const own = { ...base, monthTemplates: { common: {} }, monthBatches: { root: { to: 'other' } } };
    const { document, renamed } = mergeDocuments(own, theirs, 'rename');
    expect(renamed).toMatchObject({
      environments: { wh: 'wh-2' },
      monthTemplates: { common: 'common-2' },
      monthBatches: { root: 'root-2' },
    });
    expect(document['monthBatches']).toEqual({
      root: { to: 'other' },
      'root-2': { to: 'wh-2' },
      daily: { extends: 'root-2', to: 'wh-2', tables: { t: { template: ['common-2'], files: 't_{month}' } } },
    });
    expect(document['monthTemplates']).toEqual({ common: {}, 'common-2': { delimiter: '|' } });
  });

  it('stop where a batch of that name says something else', () => {
    const own = { ...theirs, monthBatches: { daily: { to: 'wh' } } };
    expect(errorOf(() => mergeDocuments(own, theirs, 'stop')).message).toBe(
      'There is already another month batch `daily`.',
    );
  });
});
