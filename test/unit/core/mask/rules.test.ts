import fc from 'fast-check';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import { createMasker } from '../../../../core/mask/masker';
import { checkMask, type MaskedFacts, maskWarnings, needsKey, resolveMask } from '../../../../core/mask/rules';
import type { ColumnMask } from '../../../../core/types/mask';
import type { LogicalType } from '../../../../core/types/table';
import { maskRuleSchema } from '../../../../schemas/mask';
import { decimal, KEY, OTHER, TEXT } from './vectors';

const facts = (logical: LogicalType, more: Partial<MaskedFacts> = {}): MaskedFacts => ({
  name: 'c',
  nativeType: 'sometype',
  logical,
  nullable: true,
  isKey: false,
  ...more,
});
const PLACE = { table: 'public.users', path: 'transferSets.x.tables[0].mask' };
const check = (mask: ColumnMask, logical: LogicalType, more: Partial<MaskedFacts> = {}) =>
  checkMask(mask, facts(logical, more), PLACE);
const INT: LogicalType = { kind: 'int32' };
const DATE: LogicalType = { kind: 'date' };
const BYTES: LogicalType = { kind: 'bytes' };

describe('resolveMask', () => {
  it.each([
    ['hash', { rule: 'hash' }],
    ['keep', undefined],
    [{ rule: 'keep' }, undefined],
    [{ rule: 'email' }, { rule: 'email' }],
    ['redact', { rule: 'redact', with: 'REDACTED' }],
    [{ rule: 'redact' }, { rule: 'redact', with: 'REDACTED' }],
    [
      { rule: 'redact', with: 'gone' },
      { rule: 'redact', with: 'gone' },
    ],
    [{ rule: 'keep-last' }, { rule: 'keep-last', n: 4, with: '*' }],
    [{ rule: 'date-shift' }, { rule: 'date-shift', days: 30 }],
    [
      { rule: 'date-shift', days: 9, by: 'id' },
      { rule: 'date-shift', days: 9, by: 'id' },
    ],
    [{ rule: 'noise' }, { rule: 'noise', percent: 10 }],
    [
      { rule: 'sql', sql: 'left(a, 1)' },
      { rule: 'sql', sql: 'left(a, 1)' },
    ],
    [
      { rule: 'constant', value: 0 },
      { rule: 'constant', value: 0 },
    ],
  ])('%j means %j', (written, expected) => {
    expect(resolveMask(maskRuleSchema.parse(written))).toEqual(expected);
  });
});

describe('needsKey', () => {
  it('is true of rules that depend on the secret, and of no other', () => {
    const rules: ColumnMask[] = [
      { rule: 'null' },
      { rule: 'redact', with: 'x' },
      { rule: 'constant', value: 1 },
      { rule: 'keep-last', n: 1, with: '*' },
      { rule: 'sql', sql: '1' },
    ];
    expect(rules.some(needsKey)).toBe(false);
    const keyed = ['hash', 'email', 'name', 'first-name', 'last-name', 'phone', 'address'] as const;
    expect(keyed.every((rule) => needsKey({ rule }))).toBe(true);
    expect(needsKey({ rule: 'date-shift', days: 1 }) && needsKey({ rule: 'noise', percent: 1 })).toBe(true);
  });
});

describe('checkMask', () => {
  it('names column, table, type and rule, and suggests what fits', () => {
    const error = check({ rule: 'email' }, INT, { nativeType: 'integer' })!;
    expect(error).toBeInstanceOf(LongshoreError);
    expect(error.code).toBe('MASK_INVALID');
    expect(error.message).toBe("Column c of public.users is integer, and rule 'email' does not fit it: it makes text.");
    expect(error.next).toBe('Use hash, noise, redact, null or sql for this column.');
    expect(error.place).toEqual({ ...PLACE, column: 'c' });
  });

  it.each<[ColumnMask, LogicalType, string, string]>([
    [{ rule: 'hash' }, { kind: 'boolean' }, 'boolean', 'redact, null or sql'],
    [{ rule: 'hash' }, DATE, 'date', 'date-shift'],
    [{ rule: 'hash' }, { kind: 'timestamptz' }, 'timestamptz', 'date-shift'],
    [{ rule: 'hash' }, { kind: 'float64' }, 'float', 'noise'],
    [{ rule: 'hash' }, { kind: 'text', of: 'json' }, 'jsonb', 'redact'],
    [{ rule: 'hash' }, OTHER, 'integer[]', 'null'],
    [{ rule: 'hash' }, decimal(2), 'numeric(2)', 'noise'],
    [{ rule: 'keep-last', n: 4, with: '*' }, INT, 'integer', 'hash'],
    [{ rule: 'keep-last', n: 4, with: '\ud83d' }, TEXT, 'text', 'hash'],
    [{ rule: 'date-shift', days: 3 }, TEXT, 'text', 'hash'],
    [{ rule: 'noise', percent: 3 }, DATE, 'date', 'date-shift'],
    [{ rule: 'noise', percent: 3 }, OTHER, 'money', 'null'],
    [{ rule: 'redact', with: 'x' }, OTHER, 'integer[]', 'null'],
    [{ rule: 'constant', value: 'x' }, INT, 'integer', 'as a value of integer'],
    [{ rule: 'constant', value: 40_000 }, { kind: 'int16' }, 'smallint', 'smallint'],
    [{ rule: 'constant', value: 256 }, { kind: 'int16' }, 'tinyint', 'tinyint'],
    [{ rule: 'constant', value: 1.005 }, decimal(5, 2), 'numeric(5,2)', 'numeric'],
    [{ rule: 'constant', value: 1000 }, decimal(5, 2), 'numeric(5,2)', 'numeric'],
    [{ rule: 'constant', value: '2023-02-29' }, DATE, 'date', 'date'],
    [{ rule: 'constant', value: 'hello' }, { kind: 'text', of: 'json' }, 'json', 'json'],
    [{ rule: 'constant', value: '2020-01-01 00:00' }, OTHER, 'datetime2(7)', 'datetime2(7)'],
    [{ rule: 'constant', value: 1 }, { kind: 'boolean' }, 'bit', 'bit'],
  ])('refuses %j on %j and suggests', (mask, logical, nativeType, suggested) => {
    const error = check(mask, logical, { nativeType })!;
    expect(error.message).toContain(`Column c of public.users is ${nativeType}`);
    expect(error.next).toContain(suggested);
  });

  it('refuses a constant longer than its column, NULL where there may be none, and addresses with no room', () => {
    expect(check({ rule: 'constant', value: 'abcd' }, TEXT, { maxLength: 3 })!.message).toContain(
      'more than 3 characters',
    );
    expect(check({ rule: 'constant', value: 'abc' }, TEXT, { maxLength: 3 })).toBeUndefined();
    expect(check({ rule: 'null' }, TEXT, { nullable: false })!.message).toContain('NOT NULL');
    expect(check({ rule: 'email' }, TEXT, { maxLength: 9 })!.message).toContain('at least 10 characters');
    expect(check({ rule: 'email' }, TEXT, { maxLength: 10 })).toBeUndefined();
  });

  it.each<ColumnMask>([
    { rule: 'redact', with: 'x' },
    { rule: 'constant', value: 'x' },
    { rule: 'keep-last', n: 4, with: '*' },
    { rule: 'name' },
    { rule: 'first-name' },
    { rule: 'last-name' },
    { rule: 'phone' },
    { rule: 'address' },
    { rule: 'null' },
  ])('refuses %j on a key, for which hash is the rule', (mask) => {
    expect(check(mask, TEXT)).toBeUndefined();
    const error = check(mask, TEXT, { isKey: true })!;
    expect(error.message).toContain('belongs to a key');
    expect(error.next).toContain('hash');
  });

  it('refuses noise and date-shift on keys, and hashes too short for one', () => {
    expect(check({ rule: 'noise', percent: 5 }, INT, { isKey: true })!.next).toBe('Use hash or sql for this column.');
    expect(check({ rule: 'date-shift', days: 5 }, DATE, { isKey: true })!.message).toContain('belongs to a key');
    expect(check({ rule: 'hash' }, TEXT, { isKey: true, maxLength: 7 })!.message).toContain('7 characters are too few');
    expect(check({ rule: 'hash', length: 7 }, TEXT, { isKey: true })!.message).toContain('7 characters');
    expect(check({ rule: 'hash' }, TEXT, { isKey: true, maxLength: 8 })).toBeUndefined();
    expect(check({ rule: 'hash' }, TEXT, { maxLength: 3 })).toBeUndefined();
    expect(check({ rule: 'hash' }, BYTES, { isKey: true, nativeType: 'binary(4)' })!.message).toContain('4 bytes');
    expect(check({ rule: 'hash' }, INT, { isKey: true })).toBeUndefined();
    expect(check({ rule: 'email' }, TEXT, { isKey: true, maxLength: 16 })!.message).toContain('16 characters');
    expect(check({ rule: 'email' }, TEXT, { isKey: true, maxLength: 17 })).toBeUndefined();
  });

  it('agrees with the masker about what can be made', () => {
    const logicals: LogicalType[] = [
      ...(
        [
          'boolean',
          'int16',
          'int32',
          'int64',
          'float32',
          'float64',
          'date',
          'time',
          'timestamp',
          'timestamptz',
          'uuid',
          'bytes',
        ] as const
      ).map((kind): LogicalType => ({ kind })),
      decimal(9, 2),
      decimal(30),
      TEXT,
      OTHER,
      { kind: 'text', of: 'json' },
    ];
    const masks: ColumnMask[] = [
      ...(['null', 'hash', 'email', 'name', 'first-name', 'last-name', 'phone', 'address'] as const).map(
        (rule): ColumnMask => ({ rule }),
      ),
      { rule: 'redact', with: 'x' },
      { rule: 'constant', value: 'x' },
      { rule: 'constant', value: 7 },
      { rule: 'keep-last', n: 4, with: '*' },
      { rule: 'date-shift', days: 3 },
      { rule: 'noise', percent: 3 },
    ];
    const types = ['sometype', 'numeric', 'datetime2(7)', 'integer[]', 'xml', 'binary(3)', 'char(5)'];
    fc.assert(
      fc.property(
        fc.constantFrom(...logicals),
        fc.constantFrom(...masks),
        fc.constantFrom(...types),
        (logical, mask, nativeType) => {
          const make = () => createMasker([{ name: 'c', part: { name: 'c', nativeType, logical }, mask }], KEY);
          if (check(mask, logical, { nativeType })) expect(make).toThrow(LongshoreError);
          else expect(make).not.toThrow();
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('maskWarnings', () => {
  const warn = (mask: ColumnMask, more: Partial<MaskedFacts>, logical = TEXT) =>
    maskWarnings(mask, facts(logical, { nativeType: 'varchar(99)', ...more }), PLACE);

  it('tells of hashes in which values may meet', () => {
    expect(warn({ rule: 'hash' }, { maxLength: 15 })).toEqual([
      'Column c of public.users has room for 15 characters of a hash: two values may get the same one.',
    ]);
    expect(warn({ rule: 'hash' }, { maxLength: 16 })).toEqual([]);
    expect(warn({ rule: 'hash', length: 9 }, { maxLength: 40 })).toHaveLength(1);
    expect(warn({ rule: 'hash' }, { nativeType: 'binary(8)' }, BYTES)).toHaveLength(1);
    expect(warn({ rule: 'email' }, { maxLength: 12 })).toHaveLength(1);
  });

  it('tells of types that may take certain words alone', () => {
    expect(warn({ rule: 'redact', with: 'x' }, { nativeType: 'public.mood' })[0]).toContain('public.mood');
    expect(warn({ rule: 'null' }, { nativeType: 'public.mood' })).toEqual([]);
    expect(warn({ rule: 'name' }, { nativeType: 'citext' })).toEqual([]);
  });

  it('tells of keys that an expression makes', () => {
    expect(warn({ rule: 'sql', sql: '1' }, { isKey: true })).toHaveLength(1);
    expect(warn({ rule: 'sql', sql: '1' }, {})).toEqual([]);
  });
});
