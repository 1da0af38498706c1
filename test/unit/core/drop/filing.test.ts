import * as fc from 'fast-check';
import {
  belongsTo,
  companionName,
  filedName,
  filedPath,
  MAX_NAME_BYTES,
  numberedName,
  prefixedMoment,
  quarantineName,
  timestampPrefix,
  utf8Length,
} from '../../../../core/drop/filing';

const at = new Date('2026-11-26T22:15:03.999Z');
const names = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }),
  fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', '.', ' '), minLength: 1, maxLength: 255 }),
);

describe('names of files that are put away', () => {
  it('begin with the time, in UTC, in processed and are what they were in error', () => {
    expect(filedName({ name: 'orders.csv', into: 'processed', at })).toBe('20261126_221503_orders.csv');
    expect(filedName({ name: 'orders.csv', into: 'error', at })).toBe('orders.csv');
    expect(filedPath('reference_data_table/append/a.b.csv', { into: 'processed', at })).toBe(
      'reference_data_table/append/processed/20261126_221503_a.b.csv',
    );
    expect(filedPath('x/orders.csv', { into: 'error', at }, 3)).toBe('x/error/orders (3).csv');
  });

  it('are numbered before the extension when they are taken', () => {
    expect([2, 3].map((attempt) => filedName({ name: 'orders.csv', into: 'processed', at }, attempt))).toEqual([
      '20261126_221503_orders (2).csv',
      '20261126_221503_orders (3).csv',
    ]);
    expect(filedName({ name: 'orders', into: 'error', at }, 2)).toBe('orders (2)');
    expect(filedName({ name: '.csv', into: 'error', at }, 2)).toBe('.csv (2)');
    expect(numberedName('orders.csv', 2)).toBe('orders (2).csv');
  });

  it('fit what file systems allow, keep the extension and are told apart by their number', () => {
    fc.assert(
      fc.property(names, fc.constantFrom('processed' as const, 'error' as const), (name, into) => {
        const filed = [1, 2, 10_000].map((attempt) => filedName({ name, into, at }, attempt));
        for (const one of filed) {
          for (const made of [one, companionName(one), quarantineName(one)])
            expect(Buffer.byteLength(made)).toBeLessThanOrEqual(MAX_NAME_BYTES);
          expect(one.isWellFormed()).toBe(true);
          const extension = /.\.([a-z]{1,10})$/su.exec(name)?.[1];
          if (extension) expect(one.endsWith(`.${extension}`)).toBe(true);
        }
        expect(new Set(filed).size).toBe(3);
        if (Buffer.byteLength(name) < 200)
          expect(filed[0]).toBe((into === 'processed' ? '20261126_221503_' : '') + name);
      }),
    );
  });

  it('are cut between characters', () => {
    const name = filedName({ name: `${'😀'.repeat(63)}.csv`, into: 'processed', at });
    expect(name).toMatch(/^20261126_221503_(😀)+\.csv$/u);
    expect(Buffer.byteLength(name)).toBeGreaterThan(MAX_NAME_BYTES - 13 - 4);
    // What has the look of an extension but is a sentence is none.
    expect(filedName({ name: `a.${'b'.repeat(250)}`, into: 'error', at })).toMatch(/^a\.b+$/);
  });

  it('count bytes as the encoder does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('give back their time', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01Z'), max: new Date('9999-12-31Z'), noInvalidDate: true }),
        (moment) => {
          const seconds = Math.floor(moment.getTime() / 1000) * 1000;
          expect(prefixedMoment(`${timestampPrefix(moment)}x.csv`)?.getTime()).toBe(seconds);
        },
      ),
    );
    for (const name of ['orders.csv', '20261126_orders.csv', '20261399_999999_x', 'x20261126_221503_a'])
      expect(prefixedMoment(name)).toBeUndefined();
  });

  it('lead from a companion or quarantine file to the file', () => {
    expect(belongsTo(companionName('a.csv'))).toBe('a.csv');
    expect(belongsTo(quarantineName('a.csv'))).toBe('a.csv');
    expect(belongsTo('a.csv')).toBeUndefined();
  });
});
