import { join } from 'node:path';
import { loadConfig } from '../../../config/load';
import { errorOf, folderWith, SOUND } from './files';

const file = join(folderWith({ 'longshore.yaml': SOUND.replace('daily:', 'sales-daily:') }), 'longshore.yaml');
const load = (env: Record<string, string>, overrides?: Record<string, unknown>) =>
  loadConfig(file, { env, ...(overrides && { overrides }) }).config;

describe('variables that override', () => {
  it('set a value by its path, typed as YAML types it', () => {
    const config = load({
      'LONGSHORE__transferSets__sales-daily__maxRows': '5',
      LONGSHORE__environments__uat__readOnly: 'false',
      LONGSHORE__environments__uat__protectedTables: '[a.b, "c.*"]',
    });
    expect(config.transferSets['sales-daily']?.maxRows).toBe(5);
    expect(config.environments['uat']).toMatchObject({ readOnly: false, protectedTables: ['a.b', 'c.*'] });
  });

  it('set what the files do not have', () => {
    const config = load({
      LONGSHORE__temporal__address: 'temporal:7233',
      LONGSHORE__environments__new: '{ kind: duckdb, path: a.duckdb }',
    });
    expect(config).toMatchObject({ temporal: { address: 'temporal:7233' }, environments: { new: { kind: 'duckdb' } } });
  });

  it('are found in upper case and without hyphens, as shells want them', () => {
    const config = load({
      LONGSHORE__TRANSFERSETS__SALES_DAILY__PARTSIZE: '64MB',
      LONGSHORE__WORKER__PARALLELACTIVITIES: '3',
    });
    expect(config.transferSets['sales-daily']?.partSize).toBe('64MB');
    expect(config.worker.parallelActivities).toBe(3);
  });

  it('keep a password of digits text', () => {
    expect(load({ LONGSHORE__environments__prod__password: '0123' }).environments['prod']).toMatchObject({
      password: '0123',
    });
  });

  it('reach into lists by number', () => {
    expect(
      load({ 'LONGSHORE__transferSets__sales-daily__tables__0': 'sales.lines' }).transferSets['sales-daily']?.tables,
    ).toEqual(['sales.lines']);
    expect(
      load({ 'LONGSHORE__transferSets__sales-daily__tables__1': '"*"' }).transferSets['sales-daily']?.tables,
    ).toEqual(['sales.orders', '"*"']);
  });

  it('leave variables with one underscore alone', () => {
    expect(load({ LONGSHORE_version: '7', LONGSHORE: 'x' }).version).toBe(1);
  });

  it.each([
    [{ LONGSHORE__worker__thread: '1' }, 'LONGSHORE__worker__thread', 'worker.thread', 'Did you mean threads?'],
    [{ LONGSHORE__worker__threads: 'many' }, 'LONGSHORE__worker__threads', 'worker.threads', 'must be a whole number'],
    [
      { 'LONGSHORE__transferSets__sales-daily__tables__7': 'a.b' },
      'LONGSHORE__transferSets__sales-daily__tables__7',
      'transferSets.sales-daily.tables[7]',
      'has 1 entries',
    ],
    [
      { 'LONGSHORE__transferSets__sales-daily__to': 'qa' },
      'LONGSHORE__transferSets__sales-daily__to',
      'transferSets.sales-daily.to',
      'no environment `qa`',
    ],
    [{ LONGSHORE__: '1' }, 'LONGSHORE__', undefined, 'does not say which setting'],
    [{ LONGSHORE__worker____threads: '1' }, 'LONGSHORE__worker____threads', undefined, 'does not say which setting'],
  ])('are named when they are wrong: %j', (env, variable, path, message) => {
    const error = errorOf(() => load(env));
    expect(error.problems).toEqual([
      expect.objectContaining({
        file: `environment variable ${variable}`,
        message: expect.stringContaining(message),
        ...(path !== undefined && { path }),
      }),
    ]);
  });

  it('never reach a prototype', () => {
    load({}, { '__proto__.polluted': true });
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

describe('overrides by path', () => {
  it('win over variables, and take values as they are', () => {
    const config = load(
      { 'LONGSHORE__transferSets__sales-daily__maxRows': '5' },
      { 'transferSets.sales-daily.maxRows': 9, 'transferSets["sales-daily"].tables[0]': { 'a.b': { limit: 3 } } },
    );
    expect(config.transferSets['sales-daily']).toMatchObject({ maxRows: 9, tables: [{ 'a.b': { limit: 3 } }] });
  });

  it('read text as the schema wants it', () => {
    expect(load({}, { 'transferSets.sales-daily.maxRows': '7' }).transferSets['sales-daily']?.maxRows).toBe(7);
  });

  it('say which one is no path', () => {
    expect(errorOf(() => load({}, { 'a..b': 1 })).problems).toEqual([
      expect.objectContaining({ file: 'override a..b' }),
    ]);
  });
});
