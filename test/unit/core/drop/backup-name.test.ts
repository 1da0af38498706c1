import fc from 'fast-check';
import { backupName, isBackupOf, parseBackupName } from '../../../../core/drop/backup-name';

const at = new Date('2026-03-29T01:02:03.987Z');
const times = fc.date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }); // prettier-ignore
const tables = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
const ids = fc.option(fc.nat(), { nil: undefined });
const options = (id: number | undefined) => (id === undefined ? {} : { id });

describe('names of backups', () => {
  test('a name is the table and the second in UTC', () => {
    expect(backupName('Sales', at)).toBe('Sales_20260329_010203');
    expect(backupName('Sales', at, { id: 17 })).toBe('Sales_20260329_010203_17');
  });

  test('a name is read back as table and second', () => {
    fc.assert(
      fc.property(tables, times, ids, (table, time, id) => {
        const found = parseBackupName(backupName(table, time, { maxBytes: 2000, ...options(id) }));
        expect(found).toEqual({ of: table, takenAt: new Date(Math.floor(time.getTime() / 1000) * 1000) });
      }),
    );
  });

  test('no name is longer than allowed, none is cut within a character, and it is known whose it is', () => {
    fc.assert(
      fc.property(tables, times, ids, fc.constantFrom(63, 128), (table, time, id, maxBytes) => {
        const name = backupName(table, time, { maxBytes, ...options(id) });
        const bytes = Buffer.from(name, 'utf8');
        expect(bytes.length).toBeLessThanOrEqual(maxBytes);
        expect(bytes.toString('utf8')).toBe(name.toWellFormed());
        expect(isBackupOf(name, table)).toBe(true);
      }),
    );
  });

  test('two long tables of one beginning have two names', () => {
    const long = (end: string) => backupName(`${'x'.repeat(100)}${end}`, at);
    expect(long('a')).not.toBe(long('b'));
    expect(isBackupOf(long('a'), `${'x'.repeat(100)}b`)).toBe(false);
  });

  test('a table that is called like a backup has backups of its own', () => {
    const name = backupName('T_20250101_000000', at);
    expect(parseBackupName(name)).toEqual({ of: 'T_20250101_000000', takenAt: new Date('2026-03-29T01:02:03Z') });
    expect(isBackupOf(name, 'T')).toBe(false);
  });

  test.each([
    'Sales',
    'Sales_20260329',
    'Sales_20260329_0102',
    '_20260329_010203',
    'Sales_20260230_010203',
    'Sales_20261301_010203',
    'Sales_20260329_240203',
    'Sales_20260329_016003',
    'Sales_20260329_010203_',
    'Sales_20260329_010203 copy',
    '',
  ])('%p is no name of a backup', (name) => {
    expect(parseBackupName(name)).toBeUndefined();
    expect(isBackupOf(name, 'Sales')).toBe(false);
  });
});
