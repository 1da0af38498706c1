import * as fc from 'fast-check';
import { groupKeyOf, ruleFor } from '../../../../core/drop/group-key';
import { dropFileId, dropRunId } from '../../../../core/drop/ids';
import { expiredBackups } from '../../../../core/drop/retention';
import { isSmallFile } from '../../../../core/drop/small';
import { rejectionCode, toleratedRows } from '../../../../core/drop/tolerance';
import type { BackupTable } from '../../../../core/types/drop';

describe('rules for files', () => {
  const rules = [
    { match: 'air*.csv', table: 'Geo.Airports' },
    { match: '*.csv', table: 'others' },
  ];

  it('hold by the first that fits, whatever the capitals', () => {
    expect(ruleFor('AIRPORTS.CSV', rules)).toBe(rules[0]);
    expect(ruleFor('x.csv', rules)).toBe(rules[1]);
    expect(ruleFor('x.csv.txt', rules)).toBeUndefined();
  });

  it('say which files wait for one another; so do names', () => {
    const settings = { schema: 'Ref', files: rules };
    expect(groupKeyOf('airports.csv', settings)).toBe('geo.airports');
    expect(groupKeyOf('x.csv', settings)).toBe('ref.others');
    const free = { schema: 'Ref', files: [] };
    expect(groupKeyOf('Orders_20260101.csv', free)).toBe(groupKeyOf('orders_20260102.csv', free));
    expect(groupKeyOf('Orders.csv', free)).not.toBe(groupKeyOf('customers.csv', free));
  });

  it('leave a name that means no table to itself', () => {
    const free = { schema: 'ref', files: [] };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const key = groupKeyOf(name, free);
        expect(key === `file ${name}` || key.startsWith('ref.')).toBe(true);
      }),
    );
  });
});

describe('ids of workflows', () => {
  it('are readable, differ by the number of the file, and fit what Temporal takes', () => {
    expect(dropRunId('in')).toBe('drop/in');
    expect(dropFileId('in', 'a/b\nc.csv', 7)).toBe('drop/in/a/b?c.csv/7');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.nat(), fc.nat(), (path, one, other) => {
        const id = dropFileId('in', path, one);
        expect(Buffer.byteLength(id)).toBeLessThan(1000);
        expect(id).not.toMatch(/\p{Cc}/u);
        expect(id === dropFileId('in', path, other)).toBe(one === other);
      }),
    );
  });
});

describe('backups', () => {
  const day = 86_400_000;
  const now = new Date(Date.UTC(2026, 0, 100));
  const backup = (of: string, days: number): BackupTable => ({
    ref: { schema: 'bkp', name: `${of}_${days}` },
    of,
    takenAt: new Date(now.getTime() - days * day),
    rows: 1,
  });
  const expired = (backups: BackupTable[], keep: number, maxDays: number) =>
    expiredBackups(backups, { keep, maxAgeMs: maxDays * day, now }).map(({ ref }) => ref.name);

  it('go beyond the number that is kept and when they are too old, each table by itself', () => {
    const all = [backup('a', 3), backup('a', 1), backup('a', 2), backup('b', 9), backup('b', 1)];
    expect(expired(all, 2, 100)).toEqual(['a_3']);
    expect(expired(all, 9, 5)).toEqual(['b_9']);
    expect(expired(all, 9, 9)).toEqual([]);
  });

  it('never all of a table', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ of: fc.constantFrom('a', 'b'), days: fc.nat(50) })),
        fc.nat(5),
        fc.nat(50),
        (drawn, keep, maxDays) => {
          const all = drawn.map(({ of, days }) => backup(of, days));
          const gone = expired(all, keep, maxDays);
          for (const of of new Set(drawn.map((one) => one.of))) {
            const mine = all.filter((one) => one.of === of);
            expect(gone.filter((name) => name.startsWith(of)).length).toBeLessThan(mine.length);
          }
        },
      ),
    );
  });
});

describe('limits', () => {
  it('of rejected rows are a number or a share, whichever is more', () => {
    expect(toleratedRows({ rows: 0, percent: 0 }, 1_000_000)).toBe(0);
    expect(toleratedRows({ rows: 5, percent: 1 }, 100)).toBe(5);
    expect(toleratedRows({ rows: 5, percent: 1 }, 1000)).toBe(10);
    expect(toleratedRows({ rows: 0, percent: 1 }, 199)).toBe(1);
  });

  it('exceeded for the encoding alone say so', () => {
    expect(rejectionCode([{ reason: 'invalid-encoding' }, { reason: 'invalid-encoding' }])).toBe('FILE_ENCODING');
    expect(rejectionCode([{ reason: 'invalid-encoding' }, { reason: 'too-long' }])).toBe('FILE_REJECTED_ROWS');
    expect(rejectionCode([])).toBe('FILE_REJECTED_ROWS');
  });

  it('of small files are of some megabytes', () => {
    expect([0, 4_194_304, 4_194_305].map(isSmallFile)).toEqual([true, true, false]);
  });
});
