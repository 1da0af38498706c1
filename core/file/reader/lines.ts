import { CR, LF, type ScanRules } from './scan';

/** A physical line: its end, and where the next begins. */
export interface LineEnd {
  end: number;
  next: number;
}

/**
 * Where the line at `from` ends, by what ends lines in this file. Undefined: not within `limit`, or not known yet whether a
 * CR there is half of a CRLF.
 */
export function lineEnd(
  buf: Uint8Array,
  from: number,
  limit: number,
  ended: boolean,
  rules: Pick<ScanRules, 'crEnds' | 'lfEnds'>,
): LineEnd | undefined {
  for (let at = from; at < limit; at++) {
    const byte = buf[at]!;
    if (byte === LF && rules.lfEnds) return { end: at, next: at + 1 };
    if (byte !== CR) continue;
    if (at + 1 >= limit) return ended ? { end: at, next: limit } : undefined;
    if (buf[at + 1] === LF) return { end: at, next: at + 2 };
    if (rules.crEnds) return { end: at, next: at + 1 };
  }
  return ended ? { end: limit, next: limit } : undefined;
}

const WIDE = new TextDecoder('utf-16le');

/** Latin-1 text of bytes: a character for each byte, so that places in it are places in the bytes. */
export function bytesAsText(buf: Uint8Array, start: number, end: number): string {
  // By way of UTF-16, because what the platform calls Latin-1 is Windows-1252.
  const units = new Uint8Array((end - start) * 2);
  for (let from = start, to = 0; from < end; from++, to += 2) units[to] = buf[from]!;
  return WIDE.decode(units);
}

/** Whether nothing but blanks stands there. */
export function isBlank(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = buf[at]!;
    if (byte !== 0x20 && byte !== 0x09 && byte !== LF && byte !== CR) return false;
  }
  return true;
}
