import { join } from 'node:path';
import { parseDocument } from '../../../config/load';
import { redact, resolveEnvironment } from '../../../config/secrets';
import type { Config } from '../../../schemas/config';
import { errorOf, folderWith } from './files';

const config = (environments: Record<string, unknown>, rest: Record<string, unknown> = {}): Config =>
  parseDocument({ version: 1, environments, ...rest });

describe('connection settings at the moment of use', () => {
  it('fills in variables, defaults and files, and types what is no text', () => {
    const folder = folderWith({ 'run/pw': 'p4ss: word\n' });
    const stored = config({
      prod: {
        kind: 'postgres',
        host: '${HOST}',
        port: '${PORT}',
        database: '${env:DB:-shop}',
        user: 'u_${NUM}',
        password: `\${file:${join(folder, 'run/pw')}}`,
        ssl: '${SSL}',
        connectTimeoutMs: '${T}',
      },
    });
    expect(
      resolveEnvironment(stored, 'prod', { HOST: 'db', PORT: '5433', NUM: '1', SSL: 'verify-full', T: '500' }),
    ).toEqual({
      kind: 'postgres',
      host: 'db',
      port: 5433,
      database: 'shop',
      user: 'u_1',
      password: 'p4ss: word',
      ssl: 'verify-full',
      connectTimeoutMs: 500,
      readOnly: false,
      protectedTables: [],
      stagingSchema: 'longshore_staging',
    });
    expect(
      resolveEnvironment(stored, 'prod', { HOST: 'db', PORT: '5433', NUM: '1', SSL: 'true', T: '500' }),
    ).toMatchObject({ ssl: true });
  });

  it('keeps a password of digits, and one that looks like YAML, as the text it is', () => {
    const stored = config({ a: { kind: 'postgres', host: 'h', database: 'd', password: '${PW}' } });
    for (const PW of ['0123', 'true', '{ a: b }', '[x]', 'null', '~', ' "q" ', '${X}', '$${X}'])
      expect(resolveEnvironment(stored, 'a', { PW })).toMatchObject({ password: PW });
  });

  it('takes a doubled dollar for the characters themselves', () => {
    const stored = config({ a: { kind: 'postgres', host: 'h', database: 'd', password: 'a$${b}' } });
    expect(resolveEnvironment(stored, 'a', {})).toMatchObject({ password: 'a${b}' });
  });

  it('leaves settings that are no connection settings alone', () => {
    const stored = config({ a: { kind: 'duckdb', path: '/x', protectedTables: ['${LITERAL}'] } });
    expect(resolveEnvironment(stored, 'a', { LITERAL: 'gone' })).toMatchObject({ protectedTables: ['${LITERAL}'] });
  });

  it('makes the path of a database file absolute, from the folder of the configuration', () => {
    const stored = config({ a: { kind: 'duckdb', path: '${NAME}.duckdb' }, m: { kind: 'duckdb', path: ':memory:' } });
    expect(resolveEnvironment(stored, 'a', { NAME: 'lake' }, { baseDir: '/srv/conf' })).toMatchObject({
      path: '/srv/conf/lake.duckdb',
    });
    expect(resolveEnvironment(stored, 'm', {})).toMatchObject({ path: ':memory:' });
  });

  it('says everything that is missing by name and path, and shows nothing of what is there', () => {
    const stored = config({
      a: {
        kind: 'postgres',
        host: '${HOST}',
        database: 'd',
        user: 'hunter2',
        password: 'hunter2${PW}${file:/nowhere/x}',
      },
    });
    const error = errorOf(() => resolveEnvironment(stored, 'a', {}));
    expect(error.code).toBe('SECRET_MISSING');
    expect(error.problems?.map(({ path, message }) => [path, message])).toEqual([
      ['environments.a.host', '`host` refers to environment variable HOST, which is not set.'],
      ['environments.a.password', '`password` refers to environment variable PW, which is not set.'],
      ['environments.a.password', '`password` refers to file /nowhere/x, which cannot be read.'],
    ]);
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it.each([
    ['port', { kind: 'postgres', host: 'h', database: 'd', port: '${V}' }],
    ['ssl', { kind: 'postgres', host: 'h', database: 'd', ssl: '${V}' }],
    ['url', { kind: 'postgres', url: '${V}' }],
  ])('says that what %s refers to does not fit, without showing it', (key, environment) => {
    const error = errorOf(() => resolveEnvironment(config({ a: environment }), 'a', { V: 'hunter2' }));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', place: { path: `environments.a.${key}` } });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it.each(['prd', 'constructor', '__proto__'])('is CONFIG_UNKNOWN_NAME for %s', (name) => {
    expect(errorOf(() => resolveEnvironment(config({ prod: { kind: 'duckdb', path: 'x' } }), name, {}))).toMatchObject({
      code: 'CONFIG_UNKNOWN_NAME',
      place: { environment: name },
    });
  });
});

describe('a stored configuration that left its secrets behind', () => {
  const own = config({
    uat: { kind: 'postgres', host: 'h', database: 'd', password: 'hunter2' },
    qa: { kind: 'postgres', url: 'postgres://u:hunter2@h/d' },
    dev: { kind: 'postgres', host: 'h', database: 'd', password: 'x${PW}' },
  });
  const stored = parseDocument(JSON.parse(JSON.stringify(redact(own))));

  it('finds them in the configuration of the process that needs them', () => {
    expect(resolveEnvironment(stored, 'uat', {}, { own })).toMatchObject({ password: 'hunter2' });
    expect(resolveEnvironment(stored, 'qa', {}, { own })).toMatchObject({ url: 'postgres://u:hunter2@h/d' });
    expect(resolveEnvironment(stored, 'dev', { PW: 'y' }, { own })).toMatchObject({ password: 'xy' });
  });

  it('finds what that process now takes from a variable', () => {
    const moved = config({ uat: { kind: 'postgres', host: 'h', database: 'd', password: '${PW}' } });
    expect(resolveEnvironment(stored, 'uat', { PW: 'new' }, { own: moved })).toMatchObject({ password: 'new' });
  });

  it.each([
    ['there is no such configuration', undefined],
    ['it has no such environment', config({})],
    ['it is a stored one itself', stored],
  ])('is SECRET_MISSING when %s', (_why, other) => {
    const error = errorOf(() => resolveEnvironment(stored, 'uat', {}, other ? { own: other } : {}));
    expect(error).toMatchObject({ code: 'SECRET_MISSING', place: { path: 'environments.uat.password' } });
  });

  it('takes only secrets from there, not any other setting', () => {
    const prying = config({
      a: { kind: 'postgres', host: 'h', database: 'd', password: { $secret: 'environments.uat.host' } },
    });
    expect(errorOf(() => resolveEnvironment(prying, 'a', {}, { own })).code).toBe('SECRET_MISSING');
  });
});
