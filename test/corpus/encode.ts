import type { Encoding } from './truth';

/** The bytes 0x80 to 0x9f of windows-1252 that stand for something. */
const CP1252: Readonly<Record<string, number>> = {
  '€': 0x80,
  '‚': 0x82,
  '„': 0x84,
  '…': 0x85,
  '†': 0x86,
  '‰': 0x89,
  Š: 0x8a,
  Œ: 0x8c,
  Ž: 0x8e,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '•': 0x95,
  '–': 0x96,
  '—': 0x97,
  '™': 0x99,
  š: 0x9a,
  œ: 0x9c,
  ž: 0x9e,
  Ÿ: 0x9f,
};
/** Where iso-8859-15 departs from iso-8859-1. */
const LATIN9: Readonly<Record<string, number>> = {
  '€': 0xa4,
  Š: 0xa6,
  š: 0xa8,
  Ž: 0xb4,
  ž: 0xb8,
  Œ: 0xbc,
  œ: 0xbd,
  Ÿ: 0xbe,
};

/** Text as bytes, with or without a byte order mark. Fails for a character that the encoding does not have. */
export function encodeText(text: string, encoding: Encoding, bom = false): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from((bom ? '\ufeff' : '') + text, 'utf8');
  if (encoding === 'utf-16le') return Buffer.from((bom ? '\ufeff' : '') + text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from((bom ? '\ufeff' : '') + text, 'utf16le').swap16();
  const special = encoding === 'windows-1252' ? CP1252 : encoding === 'iso-8859-15' ? LATIN9 : {};
  return Uint8Array.from(text, (character) => {
    const code = special[character] ?? character.charCodeAt(0);
    const taken = Object.values(special).includes(code) && special[character] === undefined;
    if (code > 0xff || character.length > 1 || (taken && encoding === 'iso-8859-15'))
      throw new RangeError(`${encoding} has no ${character}.`);
    return code;
  });
}

/** Encodings in which these bytes are the same text. */
export function sameIn(text: string, encoding: Encoding, bom: boolean): Encoding[] {
  if (bom || encoding.startsWith('utf-16')) return [encoding];
  if (!/[^\u0000-\u007f]/.test(text)) return ['utf-8', 'windows-1252', 'iso-8859-1', 'iso-8859-15'];
  if (encoding === 'utf-8') return ['utf-8'];
  const legacy: Encoding[] = ['windows-1252', 'iso-8859-1', 'iso-8859-15'];
  const bytes = encodeText(text, encoding);
  return legacy.filter((other) => {
    try {
      return Buffer.compare(encodeText(text, other), bytes) === 0;
    } catch {
      return false;
    }
  });
}
