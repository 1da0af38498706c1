/** Text between the server's UTF-16 and the UTF-8 of column batches, and times in the server's notation. */
import type { BytesBuilder } from '../../core/columnar/bytes-builder';
import { civilFromDays } from '../../core/columnar/civil';

/** Values longer than this are measured before room is made for them. */
const MEASURED = 1 << 14;

/**
 * Appends `length` bytes of UTF-16LE as UTF-8. False for a surrogate without its other half, which UTF-8 has no room
 * for; the builder then has an empty value.
 */
export function appendUtf16(builder: BytesBuilder, bytes: Uint8Array, at: number, length: number): boolean {
  const end = at + (length & ~1);
  builder.reserve(length > MEASURED ? utf8Length(bytes, at, end) : (length >> 1) * 3);
  const { data, size } = builder;
  let to = size;
  for (let i = at; i < end; i += 2) {
    const unit = bytes[i]! | (bytes[i + 1]! << 8);
    if (unit < 0x80) {
      data[to++] = unit;
    } else if (unit < 0x800) {
      data[to++] = 0xc0 | (unit >> 6);
      data[to++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      data[to++] = 0xe0 | (unit >> 12);
      data[to++] = 0x80 | ((unit >> 6) & 0x3f);
      data[to++] = 0x80 | (unit & 0x3f);
    } else {
      const low = i + 3 < end ? bytes[i + 2]! | (bytes[i + 3]! << 8) : 0;
      if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) {
        builder.close(0);
        return false;
      }
      const point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      data[to++] = 0xf0 | (point >> 18);
      data[to++] = 0x80 | ((point >> 12) & 0x3f);
      data[to++] = 0x80 | ((point >> 6) & 0x3f);
      data[to++] = 0x80 | (point & 0x3f);
      i += 2;
    }
  }
  builder.close(to - size);
  return true;
}

/** What bytes 128 to 159 mean in code page 1252; the five that mean nothing stay control characters. */
const LATIN_SPECIALS =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** Whether all bytes are ASCII, which every code page of the server has in common. */
export function isAscii(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (bytes[i]! > 0x7f) return false;
  return true;
}

/** Appends text of code page 1252 as UTF-8. */
export function appendLatin(builder: BytesBuilder, bytes: Uint8Array, at: number, length: number): void {
  builder.reserve(length * 3);
  const { data, size } = builder;
  let to = size;
  for (let i = at; i < at + length; i++) {
    const byte = bytes[i]!;
    const unit = byte > 0x7f && byte < 0xa0 ? LATIN_SPECIALS.charCodeAt(byte - 0x80) : byte;
    if (unit < 0x80) {
      data[to++] = unit;
    } else if (unit < 0x800) {
      data[to++] = 0xc0 | (unit >> 6);
      data[to++] = 0x80 | (unit & 0x3f);
    } else {
      data[to++] = 0xe0 | (unit >> 12);
      data[to++] = 0x80 | ((unit >> 6) & 0x3f);
      data[to++] = 0x80 | (unit & 0x3f);
    }
  }
  builder.close(to - size);
}

/** Room that is enough: each half of a pair counts as two bytes, so that a pair has its four. */
function utf8Length(bytes: Uint8Array, at: number, end: number): number {
  let total = 0;
  for (let i = at; i < end; i += 2) {
    const high = bytes[i + 1]!;
    total += high === 0 ? (bytes[i]! < 0x80 ? 1 : 2) : high < 8 || (high >= 0xd8 && high <= 0xdf) ? 2 : 3;
  }
  return total + 4;
}

const MINUTES_PER_DAY = 1440;

/**
 * A time of day in the server's notation: `HH:MM:SS.fffffff`, always with `scale` digits. `ticks` are the type's own
 * units, 10^-scale seconds, which a number holds exactly.
 */
export function timeText(ticks: number, scale: number): string {
  const unit = 10 ** scale;
  const seconds = Math.floor(ticks / unit);
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return scale === 0 ? clock : `${clock}.${String(ticks % unit).padStart(scale, '0')}`;
}

/** A day, counted from 1970-01-01, as `YYYY-MM-DD`. */
export function dayText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** Local date and time with offset. The wire has the time in UTC. */
export function offsetText(utcTicks: number, utcDays: number, scale: number, offsetMinutes: number): string {
  const perMinute = 60 * 10 ** scale;
  const minutes = Math.floor(utcTicks / perMinute) + offsetMinutes;
  const days = utcDays + Math.floor(minutes / MINUTES_PER_DAY);
  const ofDay = ((minutes % MINUTES_PER_DAY) + MINUTES_PER_DAY) % MINUTES_PER_DAY;
  const size = Math.abs(offsetMinutes);
  const offset = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${dayText(days)} ${timeText(ofDay * perMinute + (utcTicks % perMinute), scale)} ${offset}`;
}

const two = (number: number): string => (number < 10 ? `0${number}` : String(number));
