import * as fc from 'fast-check';
import { compareNumerals, numeralText, parseFloatText, parseNumeral, unscaled } from '../../../../core/verify/numeral';

const numeral = (text: string) => parseNumeral(text)!;

describe('numbers written out', () => {
  it('are ordered as the numbers are', () => {
    const number = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -12, max: 12 }));
    fc.assert(
      fc.property(number, number, ([a, p], [b, q]) => {
        const [left, right] = [a * 10n ** BigInt(p + 12), b * 10n ** BigInt(q + 12)];
        const order = compareNumerals(numeral(`${a}e${p}`), numeral(`${b}e${q}`));
        expect(Math.sign(order)).toBe(left < right ? -1 : left > right ? 1 : 0);
        expect(numeralText(numeral(`${a}e${p}`)) === numeralText(numeral(`${b}e${q}`))).toBe(left === right);
      }),
    );
  });

  it.each([
    ['1.50', 2, 150n],
    ['-0.05', 2, -5n],
    ['1.5e3', 0, 1500n],
    ['0.000', 0, 0n],
    ['-0', 3, 0n],
    ['1.005', 2, undefined],
    [`1${'0'.repeat(38)}`, 0, undefined],
    ['9'.repeat(38), 0, 10n ** 38n - 1n],
  ])('%s at scale %p is %p', (text, scale, value) => expect(unscaled(numeral(text), scale)).toBe(value));

  it.each(['', '-', '.', 'e5', '1,5', '0x10', 'NaN', '1e9999999', ' 1'])('%p is none', (text) =>
    expect(parseNumeral(text)).toBeUndefined(),
  );

  it.each([
    ['-inf', -Infinity],
    ['Infinity', Infinity],
    ['NaN', Number.NaN],
    ['1e-5', 0.00001],
    ['constructor', undefined],
    ['', undefined],
  ])('%p as a float is %p', (text, value) => expect(parseFloatText(text)).toBe(value));
});
