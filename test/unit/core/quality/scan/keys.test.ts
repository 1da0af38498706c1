import fc from 'fast-check';
import { createKeyHash } from '../../../../../core/quality/scan/keys';
import type { CheckType } from '../../../../../core/types/quality';
import { bytesOf, referenceRows, referenceDay, referenceFits, referenceTimestamp } from './reference';
import { column, planOf, scan } from './scans';
import { randomFiles } from './tables';

const text = ([high, low]: readonly [number, number]) => `${high}:${low}`;

/** A key as SQL would group it. */
function canonical(value: string | null, type: CheckType, plan: Parameters<typeof referenceFits>[2]): string {
  if (value === null) return 'null';
  if (type.kind === 'text' || !referenceFits(value, type, plan)) return `text ${value}`;
  if (type.kind === 'date') return `day ${referenceDay(value, plan.format.dateFormat)}`;
  if (type.kind === 'timestamp') return referenceTimestamp(value, type.zoned, plan.format.dateFormat)!.instant;
  if (type.kind === 'boolean') return `truth ${/^(t|y|on|1)/i.test(value)}`;
  if (type.kind === 'float') {
    const number = /nan/i.test(value)
      ? NaN
      : /inf/i.test(value)
        ? value.startsWith('-')
          ? -Infinity
          : Infinity
        : Number(value);
    return `float ${number === 0 ? 0 : number}`;
  }
  const [whole, fraction = ''] = value.replace(/^[+-]/, '').split('.');
  const plain = `${whole!.replace(/^0+/, '')}.${fraction.replace(/0+$/, '')}`;
  return `number ${value.startsWith('-') && plain !== '.' ? '-' : ''}${plain}`;
}

describe('hashes of keys', () => {
  it('are the same for keys that SQL would group, and differ for others', () => {
    fc.assert(
      fc.property(randomFiles, ({ plan, file }) => {
        const { keys } = scan(file, plan, [50]);
        const rows = referenceRows(file, plan).flatMap(({ fields }) => (fields ? [fields] : []));
        expect(keys).toHaveLength(rows.length);
        const expected = rows.map((row) =>
          JSON.stringify(plan.keyColumns.map((key) => canonical(row[key]!, plan.columns[key]!.type, plan))),
        );
        const firstOf = (list: string[]) => list.map((entry) => list.indexOf(entry));
        expect(firstOf(keys.map(text))).toEqual(firstOf(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('are computed alike from values that stand alone', () => {
    fc.assert(
      fc.property(randomFiles, ({ plan, file }) => {
        const hash = createKeyHash(plan);
        const alone = referenceRows(file, plan).flatMap(({ fields }) => {
          if (!fields) return [];
          const { high, low } = hash(plan.keyColumns.map((key) => (fields[key] == null ? null : bytesOf(fields[key]))));
          return [[high, low]];
        });
        expect(alone).toEqual(scan(file, plan).keys);
      }),
      { numRuns: 150 },
    );
  });

  it.each<[CheckType, string, string]>([
    [{ kind: 'integer', digits: 9 }, '007', '7'],
    [{ kind: 'integer', digits: 9 }, '-0', '+000'],
    [{ kind: 'decimal', precision: 9, scale: 2 }, '1.50', '01.5'],
    [{ kind: 'decimal', precision: 9, scale: 2 }, '-.00', '0'],
    [{ kind: 'float' }, '1e1', '10.0'],
    [{ kind: 'boolean' }, 'Yes', 't'],
    [{ kind: 'date' }, '20240131', '2024-01-31'],
    [{ kind: 'timestamp', zoned: true }, '2024-01-31 23:30:00-01:00', '2024-02-01T00:30Z'],
    [{ kind: 'timestamp', zoned: false }, '2024-01-31', '2024-01-31 00:00:00.000'],
  ])('of type %j take %s and %s for one value', (type, first, second) => {
    const { keys } = scan(`${first}\n${second}\n`, planOf([column('k', type)], { keyColumns: [0] }));
    expect(text(keys[0]!)).toBe(text(keys[1]!));
  });

  it('know which column a value is in, and NULL from every text', () => {
    const plan = planOf([column('a'), column('b')], { keyColumns: [0, 1], format: { quote: '"', delimiter: ',' } });
    const rows = ['ab,c', 'a,bc', ',abc', '"",abc', 'abc,', 'abc,""', ',', '"",""', '"",', ',""', 'NULL,NULL'];
    const { keys } = scan(`${rows.join('\n')}\n`, plan);
    expect(new Set(keys.map(text)).size).toBe(rows.length);
  });

  it('follow the order of the key columns, not that of the file', () => {
    const columns = [column('a'), column('b')];
    const forward = scan('1\t2\n', planOf(columns, { keyColumns: [0, 1] })).keys;
    expect(scan('2\t1\n', planOf(columns, { keyColumns: [1, 0] })).keys).toEqual(forward);
    expect(scan('2\t1\n', planOf(columns, { keyColumns: [0, 1] })).keys).not.toEqual(forward);
  });

  it('are spread evenly, and do not collide among many ids', () => {
    const ids = Array.from({ length: 300_000 }, (_, row) => row);
    const { keys } = scan(
      ids.join('\n'),
      planOf([column('id', { kind: 'integer', digits: 9 })], { keyColumns: [0] }),
      [65_536],
    );
    expect(new Set(keys.map(([high, low]) => high * 2 ** 20 + (low >>> 12))).size).toBe(ids.length);
    for (const lane of [0, 1] as const) {
      const counts = Array.from({ length: 256 }, () => 0);
      for (const key of keys) counts[key[lane] >>> 24]!++;
      // Six standard deviations around 1172.
      expect(Math.min(...counts)).toBeGreaterThan(966);
      expect(Math.max(...counts)).toBeLessThan(1378);
    }
  });
});
