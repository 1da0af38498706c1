/** Names for databases: their length in bytes, and how one that is too long is cut. */

/** Longest name that every target takes: PostgreSQL's, in bytes of UTF-8. */
export const DEFAULT_NAME_BYTES = 63;

export function byteLength(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}

/** The characters of `text` that fit into so many bytes of UTF-8. */
export function cutToBytes(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  let kept = '';
  let left = bytes;
  for (const character of text) {
    left -= byteLength(character);
    if (left < 0) break;
    kept += character;
  }
  return kept;
}

/** `text` if it fits; otherwise its beginning and a hash of the whole, so that two long names stay two. */
export function fitName(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const mark = `_${shortHash(text)}`;
  return `${cutToBytes(text, bytes - mark.length).replace(/_+$/, '')}${mark}`;
}

/** FNV-1a over UTF-16 units, 32 bits: 7 characters. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(36).padStart(7, '0');
}

/** Letters that are no base letter with an accent, as people write them without. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ħ: 'h',
  Ħ: 'H',
  ı: 'i',
};

/** Latin letters without their accents (é → e, ß → ss); letters of other scripts as they are, composed. */
export const withoutAccents = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/(\p{Script=Latin})\p{Mn}+/gu, '$1')
    .replaceAll(/[ßẞæÆœŒøØłŁđĐðÐþÞħĦı]/g, (letter) => SPELLED[letter] ?? letter)
    .normalize('NFC');
