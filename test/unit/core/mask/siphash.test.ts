import { createHash } from 'node:crypto';
import { purposeHash, SipHash } from '../../../../core/mask/siphash';

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index);
const viewOf = (data: Uint8Array) => new DataView(data.buffer, data.byteOffset, data.byteLength);
const hex = (...words: number[]) => Buffer.from(Int32Array.from(words).buffer).toString('hex');

describe('SipHash-2-4', () => {
  // Test vectors of the authors' reference implementation: key 00…0f, messages of 0, 1, 2, … bytes 00 01 02 …
  it.each([
    [0, '310e0edd47db6f72', 'a3817f04ba25a8e66df67214c7550293'],
    [1, 'fd67dc93c539f874', 'da87c1d86b99af44347659119b22fc45'],
    [7, '37d1018bf50002ab', 'a1f1ebbed8dbc153c0b84aa61ff08239'],
    [8, '6224939a79f5f593', '3b62a9ba6258f5610f83e264f31497b4'],
    [15, 'e545be4961ca29a1', '5493e99933b0a8117e08ec0f97cfc3d9'],
  ])('agrees with the reference for %i bytes', (length, short, long) => {
    const hash = new SipHash(bytes(16));
    hash.hash64(viewOf(bytes(length)), 0, length);
    expect(hex(hash.w0, hash.w1)).toBe(short);
    hash.hash128(viewOf(bytes(length)), 0, length);
    expect(hex(hash.w0, hash.w1, hash.w2, hash.w3)).toBe(long);
  });

  it('hashes words as it hashes their bytes', () => {
    const hash = new SipHash(bytes(16));
    const words = Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
    hash.hash64(viewOf(words), 0, 12);
    const expected = hex(hash.w0, hash.w1);
    hash.hashWords(1, 2, 3);
    expect(hex(hash.w0, hash.w1)).toBe(expected);
    hash.hash64(viewOf(Uint8Array.of(9, 8, 7, 6, 5, 4, 3)), 0, 7);
    const short = hex(hash.w0, hash.w1);
    hash.hashShort(0x06070809, 0x030405);
    expect(hex(hash.w0, hash.w1)).toBe(short);
  });

  it('finds a value wherever it lies in a larger array', () => {
    const data = Uint8Array.from(createHash('sha512').update('x').digest());
    const hash = new SipHash(bytes(16));
    for (let length = 0; length <= 24; length++) {
      hash.hash64(viewOf(data.slice(5, 5 + length)), 0, length);
      const expected = hex(hash.w0, hash.w1);
      hash.hash64(viewOf(data), 5, 5 + length);
      expect(hex(hash.w0, hash.w1)).toBe(expected);
    }
  });

  it('refuses a key of another length', () => {
    expect(() => new SipHash(bytes(15))).toThrow('16 bytes');
  });

  it('has a key of its own for every purpose', () => {
    const results = ['name', 'email', 'phone'].map((purpose) => {
      const hash = purposeHash(bytes(16), purpose);
      hash.hashWords(1, 2, 3);
      return hex(hash.w0, hash.w1);
    });
    expect(new Set(results).size).toBe(3);
  });
});
