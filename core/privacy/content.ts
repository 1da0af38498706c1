/** What values look like, by their form and, where there is one, their checksum. */
import type { MaskRule } from '../../schemas/mask';
import { FIRST_NAMES, LAST_NAMES } from '../mask/names';
import type { PersonalKind } from './name-rules';

export interface ContentRule {
  kind: PersonalKind;
  suggestion: MaskRule;
  /** Of the values that are not empty, this share must match before the values alone are reason enough. */
  share: number;
  matches(value: string): boolean;
}

const EMAIL = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[\p{L}]{2,}$/u;
const PHONE = /^(\+|00)?[\d\s().\-/]{6,24}(\s?(ext\.?|x)\s?\d{1,5})?$/;
const MAC = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i;
const PASSWORD_HASH = /^(\$2[abxy]?\$\d\d\$|\$argon2|\$scrypt\$|\$pbkdf2|\$[156]\$|\{(SSHA|bcrypt)\}|pbkdf2_sha)/;
const STREET =
  /^\d{1,5}[a-z]?[ ,]+.*\b(street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|boulevard|blvd|way|close|square|sq|terrace|place|pl|rue|chemin)\b|(stra(ss|ß)e|str\.|weg|platz|allee|gasse|ring|ufer|damm)\s+\d+|^(\d+,?\s+)?(bis\s+|ter\s+)?(rue|boulevard|chemin|impasse|calle|avenida|plaza|paseo|via)\s+\p{L}/iu;
const PERSON = /^\p{Lu}[\p{L}'’-]+(,?\s+\p{Lu}[\p{L}'’.-]*){1,3}$/u;
const GIVEN = new Set([...FIRST_NAMES].map((name) => name.toLowerCase()));
const FAMILY = new Set([...LAST_NAMES].map((name) => name.toLowerCase()));

export const CONTENT_RULES: readonly ContentRule[] = [
  { kind: 'email', suggestion: 'email', share: 0.2, matches: (value) => EMAIL.test(value) },
  { kind: 'iban', suggestion: { rule: 'keep-last', n: 4, with: '*' }, share: 0.5, matches: isIban },
  { kind: 'payment-card', suggestion: { rule: 'keep-last', n: 4, with: '*' }, share: 0.6, matches: isPaymentCard },
  { kind: 'national-id', suggestion: 'hash', share: 0.6, matches: isNationalId },
  { kind: 'ip', suggestion: 'hash', share: 0.6, matches: isIpAddress },
  { kind: 'device', suggestion: 'hash', share: 0.6, matches: (value) => MAC.test(value) },
  { kind: 'password', suggestion: 'redact', share: 0.4, matches: (value) => PASSWORD_HASH.test(value) },
  { kind: 'phone', suggestion: 'phone', share: 0.6, matches: isPhone },
  { kind: 'address', suggestion: 'address', share: 0.4, matches: (value) => STREET.test(value) },
  { kind: 'name', suggestion: 'name', share: 0.3, matches: isPerson },
];

/** Two or more capitalised words of which one is a well-known first name and no other is one of the language. */
function isPerson(value: string): boolean {
  if (!PERSON.test(value)) return false;
  const parts = value.toLowerCase().split(/,?\s+/);
  return parts.some((part) => GIVEN.has(plain(part))) && parts.length <= 4 && !/\d/.test(value)
    ? parts.length === 2 || parts.some((part) => FAMILY.has(plain(part)))
    : false;
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '');

/** Written as people write numbers: with a `+`, a leading 0 or punctuation. A bare number could be anything. */
function isPhone(value: string): boolean {
  if (!PHONE.test(value)) return false;
  const digits = value.replace(/\D/g, '');
  if (digits.length < 7 || digits.length > 15) return false;
  // Dates, decimals, serial numbers of three or fewer digits between dots, social security numbers.
  if (/^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}/.test(value) || /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$/.test(value)) return false;
  if (/^\d+[.]\d+$/.test(value) || isIpAddress(value) || /^\d{3}-\d{2}-\d{4}$/.test(value)) return false;
  return /^(\+|00?[1-9])/.test(value) || /^\(?\d{2,5}\)?[\s./-]\s?\d{3,}/.test(value);
}

function isIpAddress(value: string): boolean {
  const four = value.split('.');
  if (four.length === 4) return four.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  if (!/^[0-9a-f:]{2,39}$/i.test(value) || !value.includes(':')) return false;
  const halves = value.split('::');
  const groups = value.split(':').filter((group) => group !== '');
  const isFull = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8;
  // `12:30` and the like are times of day.
  return isFull && groups.every((group) => group.length <= 4) && (halves.length === 2 ? value.length > 2 : true);
}

/** Every digit doubled from the right but one, the sum a multiple of ten. */
export function isPaymentCard(value: string): boolean {
  if (!/^\d[\d -]{11,22}\d$/.test(value)) return false;
  const digits = value.replace(/\D/g, '');
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const counted = index % 2 === 1 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

/** ISO 13616: the number with country and check digits moved to its end is 1 modulo 97. */
export function isIban(value: string): boolean {
  const text = value.replace(/\s/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false;
  return (
    mod97(`${text.slice(4)}${text.slice(0, 4)}`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))) === 1
  );
}

function mod97(digits: string): number {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest;
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** Numbers of the United States, Spain, France and Italy, which tell themselves by form or check digit. */
function isNationalId(value: string): boolean {
  const american = /^(\d{3})-(\d{2})-(\d{4})$/.exec(value);
  if (american) return american[1] !== '000' && american[1] !== '666' && american[1]! < '900' && american[2] !== '00';
  const spanish = /^([XYZ]?)(\d{7,8})-?([A-Z])$/i.exec(value);
  if (spanish) {
    const prefix = spanish[1] === '' ? '' : String('XYZ'.indexOf(spanish[1]!.toUpperCase()));
    const digits = prefix + spanish[2]!;
    return digits.length === 8 && DNI_LETTERS[Number(digits) % 23] === spanish[3]!.toUpperCase();
  }
  const french = /^([12]\d{12})(\d{2})$/.exec(value.replace(/\s/g, ''));
  if (french) return 97 - mod97(french[1]!) === Number(french[2]);
  return /^[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/i.test(value);
}
