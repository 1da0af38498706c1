import fc from 'fast-check';
import { dateLayout, formsFor, readDay, writeDay } from '../../../../core/warehouse/date-layout';
import { DATE, format } from './fixture';

const MS = 86_400_000;
const day = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / MS;

describe('layouts of dates', () => {
  it.each([
    ['YYYYMMDD', '20240209'],
    ['YYYY-MM-DD', '2024-02-09'],
    ['DD.MM.YYYY', '09.02.2024'],
    ['MM/DD/YYYY', '02/09/2024'],
    ['DD-MON-YYYY', '09-FEB-2024'],
    ['DDMMYY', '090224'],
    ['yyyy"T"mm dd', '2024T02 09'],
  ])('%s writes 2024-02-09 as %s', (text, written) => {
    expect(writeDay(dateLayout(text), day('2024-02-09'))).toBe(written);
  });

  it('reads back every day that it writes, and sorts as days do where it says so', () => {
    const formats = ['YYYYMMDD', 'YYYY/MM/DD', 'DD.MM.YYYY', 'MM-DD-YYYY', 'DDMONYYYY', 'YYYY.DD.MM'].map(dateLayout);
    const days = fc.integer({ min: day('1900-01-01'), max: day('2199-12-31') });
    fc.assert(
      fc.property(fc.constantFrom(...formats), days, days, (layout, a, b) => {
        expect(readDay(layout, writeDay(layout, a))).toBe(a);
        if (layout.isOrdered)
          expect(Math.sign(a - b)).toBe(writeDay(layout, a) < writeDay(layout, b) ? -1 : a === b ? 0 : 1);
      }),
    );
  });

  it('reads a text as the calendar of JavaScript does, and refuses what that refuses', () => {
    const layout = dateLayout('YYYY-MM-DD');
    const two = fc.integer({ min: 0, max: 40 }).map((value) => String(value).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9999 }), two, two, (year, month, ofMonth) => {
        const text = `${year}-${month}-${ofMonth}`;
        const date = new Date(`${text}T00:00:00Z`);
        const isDay = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
        expect(readDay(layout, text)).toBe(isDay ? date.getTime() / MS : undefined);
      }),
    );
  });

  it('knows leap days, months by name in any letter case, and years of two digits', () => {
    expect(readDay(dateLayout('YYYYMMDD'), '20240229')).toBe(day('2024-02-29'));
    expect(readDay(dateLayout('YYYYMMDD'), '20230229')).toBeUndefined();
    expect(readDay(dateLayout('DD-MON-YYYY'), '01-may-2024')).toBe(day('2024-05-01'));
    expect(readDay(dateLayout('DD-MON-YYYY'), '01-XYZ-2024')).toBeUndefined();
    expect(readDay(dateLayout('YYMMDD'), '691231')).toBe(day('2069-12-31'));
    expect(readDay(dateLayout('YYMMDD'), '700101')).toBe(day('1970-01-01'));
  });

  it('takes nothing behind a date but what it is told may stand there', () => {
    const layout = dateLayout('YYYY-MM-DD');
    expect(readDay(layout, '2024-01-31 10:00:00')).toBeUndefined();
    expect(readDay(layout, '2024-01-31 10:00:00', /^ /)).toBe(day('2024-01-31'));
    expect(readDay(layout, '2024-01-3')).toBeUndefined();
    expect(readDay(layout, '')).toBeUndefined();
  });

  it.each(['YYYY-MM', 'DD.MM', 'HH24:MI', 'YYYY-MM-DD-DD', 'YYYY-MM-DD HH24:MI'])(
    'refuses %s, which names no day',
    (text) => {
      expect(() => dateLayout(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    },
  );

  it('are those of plain dates, and for timestamps those with a time first', () => {
    const shown = (...args: Parameters<typeof formsFor>): string[] =>
      formsFor(...args).map(({ layout, time }) => `${layout.format}${time ? ' + time' : ''}`);
    const both = format({ dateFormat: 'DD.MM.YYYY', timestampFormat: 'MM/DD/YYYY HH24:MI:SS' });
    const zoned = { kind: 'timestamp', zoned: true } as const;
    expect(shown(DATE, both)).toEqual(['DD.MM.YYYY']);
    expect(shown(zoned, both)).toEqual(['MM/DD/YYYY HH24:MI:SS + time', 'MM/DD/YYYY HH24:MI:SS', 'DD.MM.YYYY']);
    expect(shown(DATE, format())).toEqual(['YYYY-MM-DD', 'YYYYMMDD']);
    expect(shown(zoned, format())).toEqual(['YYYY-MM-DD + time', 'YYYY-MM-DD', 'YYYYMMDD']);
  });
});
