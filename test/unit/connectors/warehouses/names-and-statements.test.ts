import * as fc from 'fast-check';
import { pickName } from '../../../../connectors/warehouse-names';
import { writtenTable } from '../../../../connectors/written-table';

const lower = (name: string): string => name.toLowerCase();

describe('the table that a configured name means', () => {
  it.each([
    ['Orders', ['orders', 'Orders', 'ORDERS'], 'Orders'],
    ['Orders', ['orders', 'ORDERS'], 'orders'],
    ['Orders', ['ORDERS', 'other'], 'ORDERS'],
    ['Orders', ['other'], undefined],
  ])('for %s among %j is %s', (wanted, names, expected) => {
    expect(pickName(wanted, names, lower, 'schema x')).toBe(expected);
  });

  it('is asked for when several differ by letter case only', () => {
    expect(() => pickName('orders', ['Orders', 'ORDERS'], (name) => name, 'schema x')).toThrow(
      expect.objectContaining({
        code: 'TABLE_NOT_FOUND',
        message: expect.stringMatching(/Orders or ORDERS/) as string,
      }),
    );
  });
});

describe('the table that a statement writes', () => {
  it.each([
    ['INSERT INTO public.t (a) VALUES (1)', 'public', 't'],
    ['insert into "My ""schema""" . x', undefined, undefined],
    ['insert into "My ""schema"""."T.x"(a) select 1', 'My "schema"', 'T.x'],
    [" DELETE FROM db.s.t WHERE a = ';'", 's', 't'],
    ['UPDATE s.t SET a = 1;', 's', 't'],
    ['CREATE OR REPLACE TRANSIENT TABLE s.t AS SELECT 1', 's', 't'],
    ['create table if not exists s.t (a int)', 's', 't'],
    ['ALTER TABLE s.t ALTER COLUMN a TYPE text', 's', 't'],
    ['TRUNCATE s.t', 's', 't'],
    ['DROP TABLE IF EXISTS s.t', 's', 't'],
    ['DELETE FROM s.a; DELETE FROM s.b', undefined, undefined],
    ['DELETE FROM t', undefined, undefined],
    ['WITH x AS (SELECT 1) DELETE FROM s.t', undefined, undefined],
    ['/* */ DELETE FROM s.t', undefined, undefined],
    ['SELECT 1', undefined, undefined],
  ])('is read from %j', (sql, schema, name) => {
    expect(writtenTable(sql)).toEqual(name === undefined ? undefined : { schema, name });
  });

  it('is found whatever its name is', () => {
    const word = fc.string({ minLength: 1, unit: 'binary' });
    const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(word, word, (schema, name) => {
        expect(writtenTable(`DELETE FROM ${quoted(schema)}.${quoted(name)} WHERE x`)).toEqual({ schema, name });
      }),
    );
  });
});
