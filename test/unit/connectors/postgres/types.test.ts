import { parseNativeType } from '../../../../connectors/postgres/native-types';
import { logicalType, maxLength, selectExpression } from '../../../../connectors/postgres/types';
import type { LogicalType } from '../../../../core/types/table';

const builtIn = (name: string, modifier = -1) => logicalType({ name, schema: 'pg_catalog', kind: 'b', modifier });
const numericModifier = (precision: number, scale: number) => ((precision << 16) | (scale & 0x7ff)) + 4;
const decimal = (precision: number, scale: number): LogicalType => ({ kind: 'decimal', precision, scale });
const text: LogicalType = { kind: 'text', of: 'text' };
const json: LogicalType = { kind: 'text', of: 'json' };
const other: LogicalType = { kind: 'text', of: 'other' };

describe('native types', () => {
  test.each([
    ['numeric(12,2)', { name: 'numeric', modifiers: [12, 2] }],
    ['numeric(3,-2)', { name: 'numeric', modifiers: [3, -2] }],
    ['timestamp(3) with time zone', { name: 'timestamptz', modifiers: [3] }],
    ['TIMESTAMP WITHOUT TIME ZONE', { name: 'timestamp', modifiers: [] }],
    ['character varying(20)', { name: 'varchar', modifiers: [20] }],
    ['double precision', { name: 'float8' }],
    ['integer[]', { name: 'int4', isArray: true }],
    ['"char"', { name: '"char"', isBuiltIn: true }],
    ['character(1)', { name: 'bpchar', modifiers: [1] }],
    ['interval day to second(3)', { name: 'interval', isBuiltIn: true }],
    ['public."Mood (x)"', { isBuiltIn: false }],
    ['public.citext', { name: 'public.citext', isBuiltIn: false }],
  ])('%s is taken apart', (spelling, expected) => {
    expect(parseNativeType(spelling)).toMatchObject(expected);
  });
});

describe('logical types', () => {
  test.each([
    ['bool', { kind: 'boolean' }],
    ['int8', { kind: 'int64' }],
    ['oid', { kind: 'int64' }],
    ['timestamptz', { kind: 'timestamptz' }],
    ['bytea', { kind: 'bytes' }],
    ['bpchar', text],
    ['jsonb', json],
    ['xml', other],
    ['interval', other],
    ['money', other],
    ['timetz', other],
    ['_int4', other],
    ['char', other],
  ])('%s', (name, expected) => {
    expect(builtIn(name)).toEqual(expected);
  });

  test('a numeric is a decimal where it has one of 38 digits, and text where it has not', () => {
    expect(builtIn('numeric', numericModifier(12, 2))).toEqual(decimal(12, 2));
    expect(builtIn('numeric', numericModifier(38, 38))).toEqual(decimal(38, 38));
    expect(builtIn('numeric', numericModifier(39, 0))).toEqual(other);
    expect(builtIn('numeric', numericModifier(3, -2))).toEqual(other);
    expect(builtIn('numeric', numericModifier(2, 5))).toEqual(other);
    expect(builtIn('numeric')).toEqual(other);
  });

  test('enums and citext are text, other types of users travel in their notation', () => {
    expect(logicalType({ name: 'mood', schema: 'public', kind: 'e', modifier: -1 })).toEqual(text);
    expect(logicalType({ name: 'citext', schema: 'public', kind: 'b', modifier: -1 })).toEqual(text);
    expect(logicalType({ name: 'int4', schema: 'public', kind: 'c', modifier: -1 })).toEqual(other);
  });

  test('limits of length are known', () => {
    expect(maxLength({ name: 'varchar', schema: 'pg_catalog', kind: 'b', modifier: 24 })).toBe(20);
    expect(maxLength({ name: 'text', schema: 'pg_catalog', kind: 'b', modifier: -1 })).toBeUndefined();
  });
});

describe('selecting a column', () => {
  const select = (sourceType: string, logical: LogicalType) =>
    selectExpression({ source: 'C "x"', sourceType, logical });

  test('leaves what binary COPY carries as it is', () => {
    expect(select('integer', { kind: 'int32' })).toEqual({ sql: '"C ""x"""', wireType: 'integer' });
    expect(select('character(3)', text).sql).toBe('"C ""x"""');
    expect(select('jsonb', json)).toEqual({ sql: '"C ""x"""', wireType: 'jsonb' });
  });

  test('casts what has no fixed form, and what a domain may hide', () => {
    expect(select('interval', other)).toEqual({ sql: '"C ""x"""::pg_catalog.text', wireType: 'text' });
    expect(select('inet', other).sql).toBe('pg_catalog.inet_out("C ""x""")::pg_catalog.text');
    expect(select('oid', { kind: 'int64' })).toEqual({ sql: '"C ""x"""::pg_catalog.int8', wireType: 'bigint' });
    expect(select('public.document', json)).toEqual({ sql: '"C ""x"""::pg_catalog.text', wireType: 'text' });
  });

  test('puts the expression of a mask in its place, cast to the type of the column', () => {
    const mask = { rule: 'sql', sql: "left(x, 1) || '…'" } as const;
    const masked = (sourceType: string, logical: LogicalType) =>
      selectExpression({ source: 'x', sourceType, logical, mask }).sql;
    expect(masked('character varying(9)', text)).toBe("CAST((left(x, 1) || '…') AS character varying(9))");
    expect(masked('interval', other)).toBe("CAST((left(x, 1) || '…') AS interval)::pg_catalog.text");
  });

  test('leaves a column with any other mask as it is', () => {
    expect(selectExpression({ source: 'x', sourceType: 'text', logical: text, mask: { rule: 'hash' } }).sql).toBe(
      '"x"',
    );
  });
});
