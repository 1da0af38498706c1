/**
 * `{ host: ${HOST}, port: 5432 }` is no YAML: inside braces, `{` starts another map. People write it all the same, so
 * the characters of a reference that mean something to YAML are exchanged, one for one so that places stay true, for
 * code points that Unicode sets aside for inside use, and back again in the values.
 */
const SPECIAL = '{}:,#[]';
const FIRST = 0xfdd0;

const masked = new RegExp(`[\\u{${FIRST.toString(16)}}-\\u{${(FIRST + SPECIAL.length - 1).toString(16)}}]`, 'gu');

export function maskReferences(text: string): string {
  return text.replace(/\$\{[^{}\n\r"']*\}/g, (reference) =>
    reference.replace(/[{}:,#[\]]/g, (character) => String.fromCharCode(FIRST + SPECIAL.indexOf(character))),
  );
}

export function unmaskReferences(text: string): string {
  return text.replace(masked, (character) => SPECIAL[character.charCodeAt(0) - FIRST] ?? character);
}
