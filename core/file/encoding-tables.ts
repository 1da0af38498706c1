import type { FileEncoding } from '../types/file';

/** What bytes 0x80 to 0x9F mean in Windows-1252; the five that mean nothing stay control characters. */
const WINDOWS_1252 = [
  0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d,
  0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,
  0x017e, 0x0178,
];

/** Where ISO 8859-15 differs from ISO 8859-1. */
const LATIN_9: Record<number, number> = {
  0xa4: 0x20ac,
  0xa6: 0x0160,
  0xa8: 0x0161,
  0xb4: 0x017d,
  0xb8: 0x017e,
  0xbc: 0x0152,
  0xbd: 0x0153,
  0xbe: 0x0178,
};

/** Code point of each byte of an encoding that has one byte for each character. */
export function codePoints(encoding: FileEncoding): Uint16Array {
  const table = Uint16Array.from({ length: 256 }, (_, byte) => byte);
  if (encoding === 'windows-1252') table.set(WINDOWS_1252, 0x80);
  if (encoding === 'iso-8859-15') for (const [byte, point] of Object.entries(LATIN_9)) table[Number(byte)] = point;
  return table;
}

/** Bytes of one unit of an encoding: offsets in a file are multiples of it. */
export function unitBytes(encoding: FileEncoding): number {
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? 2 : 1;
}
