import { bar, count, duration, moment, plural } from '../../../cli/output/format';

describe('figures for people', () => {
  it.each([
    [0, '0 ms'],
    [849.6, '850 ms'],
    [9_400, '9.4 s'],
    [59_960, '1m 00s'],
    [250_000, '4m 10s'],
    [3_900_000, '1h 05m'],
  ])('%i ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('groups digits of numbers and of exact text', () => {
    expect(count(1234567)).toBe('1,234,567');
    expect(count('9007199254740993')).toBe('9,007,199,254,740,993');
  });

  it('draws a bar that never overflows', () => {
    expect(bar(0.5, 4)).toBe('██░░');
    expect(bar(7, 4)).toBe('████');
    expect(bar(undefined, 4)).toBe('░░░░');
  });

  it('writes moments in UTC', () => {
    expect(moment(new Date('2026-11-20T05:00:12.900Z'))).toBe('2026-11-20 05:00:12Z');
    expect(moment(undefined)).toBe('');
  });

  it('counts one and many', () => expect([plural(1, 'table'), plural(0, 'table')]).toEqual(['1 table', '0 tables']));
});
