import fc from 'fast-check';
import { dayText, offsetText, timeText } from '../../../../connectors/mssql/tds-text';

const DAY = 86_400_000;

test('days and times are written as the server writes them', () => {
  expect(timeText(863_999_999_999, 7)).toBe('23:59:59.9999999');
  expect(timeText(0, 0)).toBe('00:00:00');
  expect(dayText(-719_162)).toBe('0001-01-01');
  expect(offsetText(0, 19_000, 0, -1)).toBe('2022-01-07 23:59:00 -00:01');
});

test('an instant with an offset is written as its local time, for every offset that the server takes', () => {
  const days = fc.integer({ min: -700_000, max: 2_900_000 });
  fc.assert(
    fc.property(days, fc.nat(DAY - 1), fc.integer({ min: -840, max: 840 }), (day, millis, offset) => {
      const local = new Date(day * DAY + millis + offset * 60_000).toISOString().replace('T', ' ').slice(0, 23);
      const sign = `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`;
      expect(offsetText(millis * 10_000, day, 7, offset)).toBe(`${local}0000 ${sign}`);
    }),
  );
});
