/** Bytes of UTF-8 text as the value scanners look at them. */

export const [SPACE, PLUS, COMMA, MINUS, POINT, SLASH, ZERO, NINE, COLON] = [
  32, 43, 44, 45, 46, 47, 48, 57, 58,
] as const;
export const APOSTROPHE = 39;
export const PERCENT = 37;

/**
 * What a value may be, told by its first byte. `sign`: signs, marks and symbols of currencies, hence a number perhaps.
 */
export const FIRST_IS = { other: 0, digit: 1, sign: 2, letter: 3 } as const;

/** Numbers of `FIRST_IS` by byte. */
export const FIRST: Uint8Array = firstTable();

function firstTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = ZERO; byte <= NINE; byte++) table[byte] = FIRST_IS.digit;
  for (let letter = 65; letter <= 90; letter++) table[letter] = table[letter + 32] = FIRST_IS.letter;
  // + - . , ( $ and what £ ¥ € ₹ begin with.
  for (const byte of [PLUS, MINUS, POINT, COMMA, 36, 0xc2, 0xe2]) table[byte] = FIRST_IS.sign;
  return table;
}

// Without ignoreBOM a value that begins with U+FEFF would lose it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The slice as a string. */
export const textOf = (data: Uint8Array, start: number, end: number): string =>
  decoder.decode(data.subarray(start, end));

/** The slice as a string, where it is known to be ASCII: cheaper for a few bytes. */
export function asciiOf(data: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(data[at]!);
  return text;
}

/** UTF-16 units of a slice of UTF-8. */
export function utf16Length(data: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let at = start; at < end; at++) {
    const byte = data[at]!;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Texts to find among slices, by their bytes. */
export class ByteTexts {
  /** 1 for bytes that one of the texts begins with. */
  readonly #first = new Uint8Array(256);
  readonly #texts: Uint8Array[];

  constructor(texts: readonly string[]) {
    const encoder = new TextEncoder();
    this.#texts = texts.filter((text) => text !== '').map((text) => encoder.encode(text));
    for (const text of this.#texts) this.#first[text[0]!] = 1;
  }

  /** Whether the slice, which is not empty, is one of the texts. */
  has(data: Uint8Array, start: number, end: number): boolean {
    if (this.#first[data[start]!] === 0) return false;
    for (const text of this.#texts) if (isText(text, data, start, end)) return true;
    return false;
  }
}

export function isText(text: Uint8Array, data: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at++) if (text[at] !== data[start + at]) return false;
  return true;
}
