/** Names of columns from the header of a file. */
import { cutToBytes, DEFAULT_NAME_BYTES, fitName } from './values/name-text';

/**
 * One name for each of `width` columns, unique whatever the case: as found in the header where that can be a name, with
 * control characters and line breaks as spaces and no space around it. An empty name is `column_3` by its place, a
 * second `name` is `name_2`, and a name of more than `maxLength` bytes of UTF-8 (default 63, which every database takes)
 * ends in a hash of the whole. The same header gives the same names. A header that is too short is filled up.
 */
export function columnNames(
  header: readonly string[],
  width: number,
  { maxLength = DEFAULT_NAME_BYTES }: { maxLength?: number } = {},
): string[] {
  const wanted = Array.from({ length: width }, (_, index) => fitName(cleaned(header[index] ?? ''), maxLength));
  const taken = new Set<string>();
  // Names as found come first: a made-up one gives way to them, wherever they stand.
  const kept = wanted.map((name) => {
    if (name === '' || taken.has(keyOf(name))) return false;
    taken.add(keyOf(name));
    return true;
  });
  /** Where the next name made of the same one begins to look, so that thousands of them are made in one pass. */
  const next = new Map<string, number>();
  return wanted.map((name, index) => {
    if (kept[index] === true) return name;
    const base = name === '' ? `column_${index + 1}` : name;
    const key = keyOf(base);
    for (let number = next.get(key) ?? (name === '' ? 1 : 2); ; number++) {
      const made = numbered(base, number, maxLength);
      if (taken.has(keyOf(made))) continue;
      taken.add(keyOf(made));
      next.set(key, number + 1);
      return made;
    }
  });
}

const keyOf = (name: string): string => name.toLowerCase();

/** Control characters and spaces of every kind; also U+FEFF, which is left over where files were joined. */
const cleaned = (name: string): string =>
  name
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}\u200b\ufeff]+/gu, ' ')
    .trim()
    // A lone half of a surrogate pair is no character that a database would store.
    .toWellFormed();

/** `base` itself for 1, else `base_2`, `base_3` …, within the limit. */
function numbered(base: string, number: number, maxLength: number): string {
  const ending = number === 1 ? '' : `_${number}`;
  return `${cutToBytes(base, maxLength - ending.length)}${ending}`;
}
