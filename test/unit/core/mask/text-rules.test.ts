import fc from 'fast-check';
import type { ColumnMask } from '../../../../core/types/mask';
import { keepLast } from '../../../../core/mask/keep-last';
import { FIRST_NAMES, LAST_NAMES } from '../../../../core/mask/names';
import { KEY, maskOne, maskValues, TEXT } from './vectors';

const RULES: ColumnMask[] = [
  { rule: 'hash' },
  { rule: 'email' },
  { rule: 'name' },
  { rule: 'first-name' },
  { rule: 'last-name' },
  { rule: 'address' },
  { rule: 'phone' },
  { rule: 'keep-last', n: 3, with: '*' },
  { rule: 'redact', with: 'REDACTED' },
];
const texts = fc.array(fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { nil: null }), {
  minLength: 1,
  maxLength: 20,
});

describe.each(RULES.map((mask) => [mask.rule, mask] as const))('rule %s on text', (_, mask) => {
  it('keeps NULL, respects the length, makes valid UTF-8 and never shows a value of four characters or more', () => {
    fc.assert(
      fc.property(texts, fc.option(fc.integer({ min: 10, max: 60 }), { nil: undefined }), (values, maxLength) => {
        const masked = maskValues(mask, TEXT, values, maxLength === undefined ? {} : { maxLength });
        masked.forEach((value, index) => {
          const original = values[index]!;
          if (original === null) return expect(value).toBeNull();
          if (maxLength !== undefined && original.length <= maxLength)
            expect(String(value).length).toBeLessThanOrEqual(maxLength);
          const isTelling = Array.from(original).length >= 4 && /[\p{L}\p{N}]/u.test(original);
          if (isTelling) expect(String(value).toLowerCase()).not.toContain(original.toLowerCase());
        });
      }),
      { numRuns: 300 },
    );
  });

  it('makes the same of a value in any row, batch, column and part', () => {
    fc.assert(
      fc.property(texts, (values) => {
        const masked = maskValues(mask, TEXT, values);
        expect(maskValues(mask, TEXT, [...values, 'other', null]).slice(0, values.length)).toEqual(masked);
        expect(
          values.map((value) => maskOne(mask, TEXT, value, { name: 'elsewhere', nativeType: 'varchar(99)' })),
        ).toEqual(masked);
      }),
      { numRuns: 50 },
    );
  });

  it('pads the values of char(n) with blanks, and masks them regardless of their padding', () => {
    const nativeType = 'character(30)';
    const [padded, short] = maskValues(mask, TEXT, ['Anna Berg'.padEnd(30), 'Anna Berg'], {
      nativeType,
      maxLength: 30,
    });
    expect(padded).toHaveLength(30);
    expect(short).toBe(padded);
  });
});

describe('fakes of a name that is itself on the list', () => {
  it.each(['first-name', 'last-name', 'name', 'email', 'address'] as const)('%s: no value becomes itself', (rule) => {
    const values = [...FIRST_NAMES, ...LAST_NAMES, 'Mill Road', 'Ashbrook', 'example.com'].filter(
      (value) => value.length > 3,
    );
    const masked = maskValues({ rule }, TEXT, values);
    const shown = values.filter((value, index) => String(masked[index]).toLowerCase().includes(value.toLowerCase()));
    expect(shown).toEqual(rule === 'email' ? ['example.com'] : []);
  });
});

describe('hash of text', () => {
  it('keeps values apart and fills 26 characters of lower case and digits', () => {
    const values = Array.from({ length: 50_000 }, (_, index) => `customer ${index}`);
    const masked = maskValues({ rule: 'hash' }, TEXT, values) as string[];
    expect(new Set(masked).size).toBe(values.length);
    expect(masked.every((value) => /^[a-z2-7]{26}$/.test(value))).toBe(true);
  });

  it('is cut to the column, or to the length that planning set', () => {
    const whole = String(maskOne({ rule: 'hash' }, TEXT, 'A-1'));
    expect(maskOne({ rule: 'hash' }, TEXT, 'A-1', { maxLength: 10 })).toBe(whole.slice(0, 10));
    expect(maskOne({ rule: 'hash', length: 9 }, TEXT, 'A-1', { maxLength: 20 })).toBe(whole.slice(0, 9));
  });

  it('depends on the key', () => {
    const other = KEY.map((byte) => byte + 1);
    expect(maskOne({ rule: 'hash' }, TEXT, 'A-1', { key: other })).not.toBe(maskOne({ rule: 'hash' }, TEXT, 'A-1'));
  });

  it('leaves empty texts empty', () => {
    expect(maskValues({ rule: 'hash' }, TEXT, ['', 'a', null])[0]).toBe('');
  });
});

describe('e-mail addresses', () => {
  const valid = /^[a-z0-9]+(\.[a-z0-9]+)*@(example\.com|x\.test)$/;

  it('are valid and stay unique', () => {
    const values = Array.from({ length: 50_000 }, (_, index) => `user${index}@shop.de`);
    const masked = maskValues({ rule: 'email' }, TEXT, values) as string[];
    expect(masked.every((value) => valid.test(value))).toBe(true);
    expect(new Set(masked).size).toBe(values.length);
  });

  it.each([10, 12, 17, 22, 24, 30, 36, 40, 60])('are valid in %i characters', (maxLength) => {
    const values = Array.from({ length: 300 }, (_, index) => `u${index}@a.de`);
    const masked = maskValues({ rule: 'email' }, TEXT, values, { maxLength }) as string[];
    expect(masked.filter((value) => !valid.test(value) || value.length > maxLength)).toEqual([]);
    if (maxLength >= 17) expect(new Set(masked).size).toBe(values.length);
  });
});

describe('phone numbers', () => {
  const phone = (value: string) => String(maskOne({ rule: 'phone' }, TEXT, value));
  const shape = (value: string) => value.replace(/\d/g, '0');

  it.each(['+49 171 2345678', '0171/234-5678', '+33 6 12 34 56 78', '(030) 123 4567', '0049 89 123456', '5551234'])(
    '%s keeps its shape and not its digits',
    (value) => {
      expect(shape(phone(value))).toBe(shape(value));
      expect(phone(value)).not.toBe(value);
    },
  );

  it('keep the country code and a leading zero', () => {
    expect(phone('+49 171 2345678')).toMatch(/^\+49 /);
    expect(phone('+352 621 123 456')).toMatch(/^\+352 /);
    expect(phone('0049 89 123456')).toMatch(/^0049 /);
    expect(phone('030 1234567')).toMatch(/^0/);
  });

  it('of North America become numbers that are set aside for fiction', () => {
    expect(phone('+1 (212) 867-5309')).toMatch(/^\+1 \([2-9]\d\d\) 555-01\d\d$/);
    expect(phone('+14155550987')).toMatch(/^\+1[2-9]\d\d55501\d\d$/);
  });

  it('hide letters and digits of other scripts', () => {
    expect(phone('call Anna')).toBe('xxxx xxxx');
    expect(phone('٠١٢٣٤')).toBe('xxxxx');
  });

  it('never become themselves, however short', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => String(index).padStart(4, '0'));
    const masked = maskValues({ rule: 'phone' }, TEXT, values);
    expect(values.filter((value, index) => value === masked[index])).toEqual([]);
  });

  it('hide the country code where little follows it', () => {
    expect(phone('+999')).not.toContain('999');
  });
});

describe('keep-last', () => {
  const mask = (value: string, n = 4, maxLength?: number) =>
    maskOne({ rule: 'keep-last', n, with: '*' }, TEXT, value, maxLength === undefined ? {} : { maxLength });

  it.each([
    ['4111111111111111', '************1111'],
    ['12345', '*2345'],
    ['1234', '****'],
    ['12', '**'],
    ['', ''],
  ])('%s becomes %s', (value, expected) => {
    expect(mask(value)).toBe(expected);
  });

  it('counts what a reader counts and cuts no character in two', () => {
    expect(mask('ne\u0301e', 2)).toBe('*e\u0301e');
    expect(mask('abc👍🏽', 1)).toBe('***👍🏽');
    expect(mask('x👩‍👩‍👧y', 2)).toBe('*👩‍👩‍👧y');
    expect(mask('日本語', 1)).toBe('**語');
  });

  it('hides the same by bytes as by characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (value, n) => {
        expect(mask(value, n)).toBe(keepLast(value, n, '*'));
      }),
    );
  });

  it('takes hidden characters away where the column is narrower', () => {
    expect(mask('4111111111111111', 4, 8)).toBe('****1111');
    expect(mask('4111111111111111', 4, 4)).toBe('****');
    expect(mask('日本語日本語日本語', 4, 6)).toBe('**語日本語');
  });
});
