import fc from 'fast-check';
import { formatBytes, formatDuration, parseBytes, parseDuration } from '../../../core/units';
import { duration, size } from '../../../schemas/fields';

describe('sizes', () => {
  it.each([
    ['128MB', 128_000_000],
    ['128MiB', 134_217_728],
    ['1.5 GiB', 1_610_612_736],
    ['1gb', 1_000_000_000],
    ['64kB', 64_000],
    ['2TiB', 2_199_023_255_552],
    ['4096', 4096],
    ['4096 B', 4096],
    [' 7b ', 7],
    [0, 0],
    [123, 123],
  ])('reads %j as %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'MB', '12 MX', '-1MB', '1e3', '1,5GB', '12iB', '12 bits', '1MB2', '99999999TB'])(
    'does not read %j',
    (text) => {
      expect(parseBytes(text)).toBeUndefined();
    },
  );

  it.each([-1, 1.5, NaN, Infinity, 2 ** 53])('does not take the number %d', (number) => {
    expect(parseBytes(number)).toBeUndefined();
  });

  it('reads whatever the schema lets through, and refuses what it refuses', () => {
    const anything = fc.oneof(fc.string(), fc.stringMatching(/^ ?[0-9.]{1,6} ?[kKmMgGtT]?[iI]?[bB]? ?$/));
    fc.assert(
      fc.property(anything, (text) => expect(size.safeParse(text).success).toBe(parseBytes(text) !== undefined)),
    );
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [12_345_678, '12.3 MB'],
    [999_999, '1.0 MB'],
    [128e6, '128 MB'],
    [4.2e15, '4.2 PB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
  ])('reads %s as %d milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '5', '5 minutes', 'h', '-1h', '1H', '1h,30m', '1y'])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), (milliseconds) =>
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds),
      ),
    );
  });

  it('writes the largest units first', () => {
    expect(formatDuration(5_400_250)).toBe('1h30m250ms');
    expect(formatDuration(0)).toBe('0s');
  });

  it('reads whatever the schema lets through, and refuses what it refuses', () => {
    const anything = fc.oneof(fc.string(), fc.stringMatching(/^ ?([0-9.]{1,4} ?(ms|s|m|h|d|w) ?){1,3}$/));
    fc.assert(
      fc.property(anything, (text) => expect(duration.safeParse(text).success).toBe(parseDuration(text) !== undefined)),
    );
  });
});
