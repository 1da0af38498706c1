import * as fc from 'fast-check';
import { parseTimeText } from '../../../../connectors/mssql/time-text';
import { daysFromCivil } from '../../../../core/columnar/civil';
import { dayText, offsetText, timeText } from '../../../../connectors/mssql/tds-text';

const parse = (text: string, isDated = true) => {
  const bytes = new TextEncoder().encode(`xx${text}yy`);
  const parsed = parseTimeText(bytes, 2, bytes.length - 2, isDated);
  return parsed && { ...parsed };
};

describe('the notation of times with seven digits', () => {
  it('is read to the last digit', () => {
    expect(parse('2024-02-29 23:59:59.1234567 -05:30')).toEqual({ year: 2024, month: 2, day: 29, ticks: 863_991_234_567, offset: -330 }); // prettier-ignore
    expect(parse('0001-01-01 00:00:00')).toMatchObject({ year: 1, ticks: 0, offset: 0 });
    expect(parse('00:00:00.5', false)).toMatchObject({ ticks: 5_000_000 });
  });

  it.each([
    '2023-02-29 00:00:00', '2024-13-01 00:00:00', '0000-01-01 00:00:00', '2024-01-01 24:00:00', '2024-01-01 00:60:00', '2024-01-01T00:00:00',
    '2024-01-01 00:00:00.', '2024-01-01 00:00:00.12345678', '2024-01-01 00:00:00 +14:01', '2024-01-01 00:00:00 05:00', '2024-01-01 00:00:00 +5:00', '2024-01-01', '', 'infinity',
  ])('refuses %p', (text) => {
    expect(parse(text)).toBeUndefined();
  }); // prettier-ignore

  it('is read as it is written', () => {
    const moment = fc.record({
      day: fc.integer({ min: -719_162 + 1, max: 2_932_896 - 1 }),
      ticks: fc.integer({ min: 0, max: 863_999_999_999 }),
      offset: fc.integer({ min: -840, max: 840 }),
    });
    fc.assert(
      fc.property(moment, ({ day, ticks, offset }) => {
        const local = parse(`${dayText(day)} ${timeText(ticks, 7)}`);
        expect(local).toMatchObject({ ticks, offset: 0 });
        expect(daysFromCivil(local!.year, local!.month, local!.day)).toBe(day);
        const zoned = parse(offsetText(ticks, day, 7, offset));
        const utc = daysFromCivil(zoned!.year, zoned!.month, zoned!.day) * 864_000_000_000 + zoned!.ticks - offset * 600_000_000; // prettier-ignore
        expect(BigInt(utc)).toBe(BigInt(day * 864_000_000_000 + ticks));
        expect(zoned!.offset).toBe(offset);
      }),
    );
  });
});
