/**
 * Keys as texts that are equal exactly where the keys are, by the rules by which the scan hashes them: a value counts, not
 * how it is written. Each value is a letter for its kind, the length of its text, and the text; each byte of a text is one
 * character, so that no two values that differ become the same.
 */
import { civilFromDays } from '../../core/columnar/civil';
import { Values } from '../../core/quality/scan/batch';
import { asciiText, exactNumber, truthOf } from '../../core/quality/scan/numbers';
import { createTypeCheck } from '../../core/quality/scan/type-check';
import type { CheckType } from '../../core/types/quality';
import type { ScanPlan } from '../../core/types/scan';

const KIND = { null: 'n', text: 't', number: '#', float: 'f', truth: 'b', day: 'd', moment: 'm' } as const;

/** The key text of one row, from the values of `plan.keyColumns` in order: bytes of the file, or null. */
export function createKeyText(plan: ScanPlan): (values: readonly (Uint8Array | null)[]) => string {
  const scratch = new Values(1);
  const types = plan.keyColumns.map((column) => plan.columns[column]!.type);
  const checks = types.map((type) => createTypeCheck(type, plan.format));
  return (values) => {
    let key = '';
    for (const [index, value] of values.entries()) {
      if (value === null) {
        key += `${KIND.null}0:`;
        continue;
      }
      if (types[index]!.kind === 'text') {
        key += `${KIND.text}${value.length}:${latin1(value)}`;
        continue;
      }
      scratch.count = 1;
      scratch.to[0] = value.length;
      scratch.bads = 0;
      checks[index]!(scratch, value, new DataView(value.buffer, value.byteOffset, value.length));
      const [kind, text] = scratch.bads > 0 ? [KIND.text, latin1(value)] : valueText(types[index]!, value, scratch);
      key += `${kind}${text.length}:${text}`;
    }
    // NUL is not what every store takes.
    return key.includes('\0') ? key.replaceAll('\0', '\u0100') : key;
  };
}

function valueText(type: CheckType, value: Uint8Array, { day, utcDay, second, nano }: Values): [string, string] {
  switch (type.kind) {
    case 'text':
      return [KIND.text, latin1(value)];
    case 'integer':
    case 'decimal':
      return [KIND.number, plainNumber(latin1(value))];
    case 'float':
      if (type.exact) return [KIND.number, exactNumber(asciiText(value, 0, value.length))];
      return [KIND.float, plainFloat(asciiText(value, 0, value.length))];
    case 'boolean':
      return [KIND.truth, truthOf(value, 0, value.length) === 1 ? 'true' : 'false'];
    case 'date':
      return [KIND.day, isoDay(day[0]!)];
    case 'timestamp':
      return [KIND.moment, isoMoment(utcDay[0]!, second[0]!, nano[0]!)];
  }
}

/** Values of a key for people. Texts are decoded, numbers and dates come in one spelling. */
export function keyValues(key: string, encoding: ScanPlan['format']['encoding']): (string | null)[] {
  const decoder = new TextDecoder(encoding);
  const values: (string | null)[] = [];
  for (let at = 0; at < key.length;) {
    const colon = key.indexOf(':', at);
    const end = colon + 1 + Number(key.slice(at + 1, colon));
    const text = key.slice(colon + 1, end);
    if (key[at] === KIND.null) values.push(null);
    else if (key[at] === KIND.text) values.push(decoder.decode(Buffer.from(text.replaceAll('\u0100', '\0'), 'latin1')));
    else values.push(text);
    at = end;
  }
  return values;
}

/** Up to this length characters are put together faster here than elsewhere. */
const SHORT = 32;

function latin1(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let text = '';
  for (let at = 0; at < bytes.length; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** `+007.50` → `7.5`, `-0` → `0`. */
function plainNumber(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  const digits = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}

function plainFloat(text: string): string {
  const word = text.toLowerCase();
  if (word.includes('nan')) return 'NaN';
  if (word.includes('inf')) return word.startsWith('-') ? '-Infinity' : 'Infinity';
  // Minus zero is zero.
  return String(Number(word) + 0);
}

const pad = (number: number, width: number): string => String(number).padStart(width, '0');

function isoDay(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

function isoMoment(day: number, second: number, nano: number): string {
  const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map((part) => pad(part, 2));
  return `${isoDay(day)} ${time.join(':')}${nano === 0 ? '' : `.${pad(nano, 9).replace(/0+$/, '')}`}`;
}
