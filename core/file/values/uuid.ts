/** UUIDs in their usual notation. */

const DASH = 45;

/** Value of a hexadecimal digit by its byte; 255 for other bytes. */
export const HEX: Uint8Array = hexTable();

function hexTable(): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  for (let digit = 0; digit < 10; digit++) table[48 + digit] = digit;
  for (let digit = 0; digit < 6; digit++) table[65 + digit] = table[97 + digit] = 10 + digit;
  return table;
}

const isDashAt = (place: number): boolean => place === 8 || place === 13 || place === 18 || place === 23;

/** Whether the 36 bytes from `start` are a UUID with its dashes. */
export function isUuid(data: Uint8Array, start: number): boolean {
  for (let place = 0; place < 36; place++) {
    const byte = data[start + place]!;
    if (isDashAt(place) ? byte !== DASH : HEX[byte]! > 15) return false;
  }
  return true;
}

/** Writes the UUID of a slice at `into`: 32 digits, with or without dashes and braces. False where it is none. */
export function readUuid(data: Uint8Array, start: number, end: number, out: Uint8Array, into: number): boolean {
  const isBraced = data[start] === 123 && data[end - 1] === 125;
  let at = isBraced ? start + 1 : start;
  const to = isBraced ? end - 1 : end;
  const hasDashes = to - at === 36;
  if (!hasDashes && to - at !== 32) return false;
  for (let byte = 0; byte < 16; byte++) {
    if (hasDashes && (byte === 4 || byte === 6 || byte === 8 || byte === 10) && data[at++] !== DASH) return false;
    const high = HEX[data[at]!]!;
    const low = HEX[data[at + 1]!]!;
    if (high > 15 || low > 15) return false;
    out[into + byte] = (high << 4) | low;
    at += 2;
  }
  return true;
}
