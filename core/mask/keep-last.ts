/** Rule `keep-last`: the end of a text stays, the rest is hidden. */
import type { TextWriter } from './text-loop';

/** What belongs to the character before it: accents, joiners, skin tones, variation selectors. */
const EXTENDS = /\p{M}|\p{Emoji_Modifier}|\u200c|\u200d/u;
const JOINER = '\u200d';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A value of `n` characters or fewer is hidden as a whole; no character is cut in two. */
export function keepLastWriter(n: number, sign: string, maxLength = Infinity): TextWriter {
  const signBytes = encoder.encode(sign);
  return (input, start, end, out) => {
    const { data } = input;
    let isAscii = true;
    for (let at = start; at < end && isAscii; at++) isAscii = data[at]! < 0x80;
    if (isAscii) {
      const kept = end - start > n && n < maxLength ? n : 0;
      const hidden = Math.min(end - start - kept, maxLength - kept);
      out.reserve(hidden * signBytes.length + kept);
      let at = out.size;
      for (let index = 0; index < hidden; index++)
        for (let byte = 0; byte < signBytes.length; byte++) out.data[at++] = signBytes[byte]!;
      for (let from = end - kept; from < end; from++) out.data[at++] = data[from]!;
      return at - out.size;
    }
    const masked = encoder.encode(keepLast(decoder.decode(data.subarray(start, end)), n, sign, maxLength));
    out.reserve(masked.length);
    out.data.set(masked, out.size);
    return masked.length;
  };
}

/** The same for a string; `maxLength` in UTF-16 units, which are never fewer than characters. */
export function keepLast(text: string, n: number, sign: string, maxLength = Infinity): string {
  const characters = splitCharacters(text);
  const shown = characters.length > n ? characters.slice(characters.length - n).join('') : '';
  const kept = shown.length < maxLength ? shown : '';
  const hidden = kept === '' ? characters.length : characters.length - n;
  return sign.repeat(Math.min(hidden, maxLength - kept.length)) + kept;
}

/** Text in what a reader takes for characters. */
function splitCharacters(text: string): string[] {
  const characters: string[] = [];
  for (const point of text) {
    const last = characters.at(-1);
    if (last !== undefined && (EXTENDS.test(point) || last.endsWith(JOINER)))
      characters[characters.length - 1] += point;
    else characters.push(point);
  }
  return characters;
}
