/** Masking rules as planning sees them: what each needs, and which columns it fits. */
import type { MaskRule } from '../../schemas/mask';
import { type ErrorPlace, LongshoreError } from '../errors/longshore-error';
import { listWords } from '../plan/suggest';
import type { ColumnMask } from '../types/mask';
import type { LogicalType } from '../types/table';
import { constantValue, redactedValue } from './constant';
import { SHORTEST_EMAIL } from './fakes';
import { isNumber } from './noise';
import { binaryLimit, isTextDate, isTextNumber, type MaskedType, takesAnyText } from './native';

/** What a rule has to know of the column it masks. */
export interface MaskedFacts extends MaskedType {
  name: string;
  nullable: boolean;
  /** Part of a primary or unique key of source or target. */
  isKey: boolean;
}

type Rule = ColumnMask['rule'];

/** The same value in many rows, or equal values for different ones: nothing for keys. */
const REPEATING: ReadonlySet<Rule> = new Set([
  'null',
  'redact',
  'constant',
  'keep-last',
  'name',
  'first-name',
  'last-name',
  'phone',
  'address',
  'date-shift',
  'noise',
]);
const KEYLESS: ReadonlySet<Rule> = new Set(['null', 'redact', 'constant', 'keep-last', 'sql']);
const DATES: ReadonlySet<LogicalType['kind']> = new Set(['date', 'timestamp', 'timestamptz']);
/** Fewer characters than this, and different values may well get one hash. */
const SAFE_HASH = 16;
/** Fewer than this, and they surely will. */
const LEAST_KEY_HASH = 8;
/** Shortest e-mail address with a whole tag in it. */
const LEAST_KEY_EMAIL = 17;
const SAFE_BYTES = 10;
const LEAST_KEY_BYTES = 5;

/** What a rule as written means; undefined for `keep`. */
export function resolveMask(rule: MaskRule): ColumnMask | undefined {
  const written = typeof rule === 'string' ? { rule } : rule;
  switch (written.rule) {
    case 'keep':
      return undefined;
    case 'redact':
      return {
        rule: 'redact',
        with: 'with' in written && typeof written.with === 'string' ? written.with : 'REDACTED',
      };
    case 'date-shift': {
      const { days, by } = written;
      return { rule: 'date-shift', days, ...(by !== undefined && { by }) };
    }
    case 'constant':
    case 'keep-last':
    case 'noise':
    case 'sql':
      return written;
    default:
      return { rule: written.rule };
  }
}

/** Whether what the rule makes depends on the masking key. */
export const needsKey = ({ rule }: ColumnMask): boolean => !KEYLESS.has(rule);

/** Whether different values may become equal, or one value of the column stands in every row. */
export const repeats = ({ rule }: ColumnMask): boolean => REPEATING.has(rule);

/** MASK_INVALID when the rule cannot make values of the column, or breaks a key it belongs to; undefined when it fits. */
export function checkMask(mask: ColumnMask, column: MaskedFacts, place: ErrorPlace): LongshoreError | undefined {
  const found = misfit(mask, column) ?? breaksKey(mask, column);
  if (found === undefined) return undefined;
  const id = place.table === undefined ? '' : ` of ${place.table}`;
  return new LongshoreError(
    'MASK_INVALID',
    `Column ${column.name}${id} is ${column.nativeType}, and rule '${mask.rule}' does not fit it: ${found.why}.`,
    { ...place, column: column.name },
    { next: found.next },
  );
}

interface Misfit {
  why: string;
  next: string;
}

const useInstead = (rules: readonly string[]): string => `Use ${listWords(rules, 'or')} for this column.`;

function misfit(mask: ColumnMask, column: MaskedFacts): Misfit | undefined {
  const { logical, nativeType, maxLength = Infinity } = column;
  const isText = logical.kind === 'text' && logical.of === 'text';
  const refuse = (why: string): Misfit => ({ why, next: useInstead(fitting(column)) });
  switch (mask.rule) {
    case 'sql':
      return undefined;
    case 'null':
      return column.nullable ? undefined : refuse('the column is NOT NULL');
    case 'redact':
      if (!mask.with.isWellFormed() || mask.with.includes('\0'))
        return refuse('its text has a character no database takes');
      return redactedValue(column, mask.with) === undefined ? refuse('the type has a notation of its own') : undefined;
    case 'constant': {
      const value = constantValue(mask.value, column);
      if (typeof value !== 'string') return undefined;
      return { why: `the value ${value}`, next: `Give the constant as a value of ${nativeType}.` };
    }
    case 'keep-last':
      if (!mask.with.isWellFormed() || mask.with === '\0') return refuse('its sign is a character no database takes');
      return isText ? undefined : refuse('it hides characters, and this is no text');
    case 'email':
      if (isText && Math.min(maxLength, mask.length ?? Infinity) < SHORTEST_EMAIL)
        return refuse(
          `an e-mail address needs at least ${SHORTEST_EMAIL} characters, and there is room for ${maxLength}`,
        );
      return isText ? undefined : refuse('it makes text');
    case 'name':
    case 'first-name':
    case 'last-name':
    case 'phone':
    case 'address':
      return isText ? undefined : refuse('it makes text');
    case 'hash': {
      const why = whyNoHash(column);
      return why === undefined ? undefined : refuse(why);
    }
    case 'date-shift':
      return DATES.has(logical.kind) || isTextDate(column) ? undefined : refuse('it shifts dates and timestamps alone');
    case 'noise':
      return isNumber(logical) || isTextNumber(column) ? undefined : refuse('it changes numbers alone');
  }
}

function whyNoHash(column: MaskedFacts): string | undefined {
  const { logical } = column;
  switch (logical.kind) {
    case 'boolean':
      return 'a hash of true and false hides neither';
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return 'a hash of a date would be no date that makes sense';
    case 'time':
      return 'a hash of a time of day hides little';
    case 'float32':
    case 'float64':
      return 'floating-point numbers are no keys, and a hash of an amount makes no sense';
    case 'decimal':
      return logical.scale === 0 && logical.precision < 3
        ? 'numbers of so few digits could be guessed from their hash'
        : undefined;
    case 'text':
      if (logical.of === 'json') return 'a hash is no JSON';
      return logical.of === 'text' || isTextNumber(column) ? undefined : 'the type has a notation of its own';
    default:
      return undefined;
  }
}

/** Rules that fit the column, best first, as users write them. */
function fitting(column: MaskedFacts): string[] {
  const { logical, isKey, nullable } = column;
  const rules: string[] = [];
  if (!whyNoHash(column)) rules.push('hash');
  if (!isKey) {
    if (DATES.has(logical.kind) || isTextDate(column)) rules.push('date-shift');
    if (isNumber(logical) || isTextNumber(column)) rules.push('noise');
    if (redactedValue(column, 'x') !== undefined) rules.push('redact');
    if (nullable) rules.push('null');
  }
  rules.push(isKey && rules.length === 0 ? 'keep, or another key' : 'sql');
  return rules;
}

function breaksKey(mask: ColumnMask, column: MaskedFacts): Misfit | undefined {
  if (!column.isKey) return undefined;
  const next = useInstead(fitting(column));
  if (repeats(mask)) return { why: 'it belongs to a key, and the rule may make one value of two', next };
  const tooNarrow = (room: number | undefined, least: number, what: string): Misfit | undefined =>
    room !== undefined && room < least
      ? { why: `it belongs to a key, and ${room} ${what} are too few to keep values apart`, next: useInstead(['sql']) }
      : undefined;
  if (mask.rule === 'email') return tooNarrow(roomOf(mask, column), LEAST_KEY_EMAIL, 'characters');
  if (mask.rule !== 'hash') return undefined;
  return column.logical.kind === 'bytes'
    ? tooNarrow(roomOf(mask, column), LEAST_KEY_BYTES, 'bytes')
    : tooNarrow(roomOf(mask, column), LEAST_KEY_HASH, 'characters');
}

/** Characters, or bytes, that a hash or an address may fill; undefined for any number, and for types without a length. */
function roomOf({ length }: Extract<ColumnMask, { rule: 'hash' | 'email' }>, column: MaskedFacts): number | undefined {
  const { logical } = column;
  const isText = logical.kind === 'text' && logical.of === 'text';
  if (!isText && logical.kind !== 'bytes') return undefined;
  const limits = [length, isText ? column.maxLength : binaryLimit(column)?.octets].filter((most) => most !== undefined);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** What a rule that fits leaves to be said, as sentences for the preview. */
export function maskWarnings(mask: ColumnMask, column: MaskedFacts, place: ErrorPlace): string[] {
  const subject = `Column ${column.name}${place.table === undefined ? '' : ` of ${place.table}`}`;
  const warnings: string[] = [];
  if (mask.rule === 'hash') {
    const room = roomOf(mask, column);
    const [safe, what] = column.logical.kind === 'bytes' ? [SAFE_BYTES, 'bytes'] : [SAFE_HASH, 'characters'];
    if (room !== undefined && room < safe)
      warnings.push(`${subject} has room for ${room} ${what} of a hash: two values may get the same one.`);
  }
  if (mask.rule === 'email' && (roomOf(mask, column) ?? Infinity) < LEAST_KEY_EMAIL)
    warnings.push(`${subject} has room for so short an e-mail address that two values may get the same one.`);
  if (mask.rule === 'sql' && column.isKey)
    warnings.push(`${subject} belongs to a key, and only its SQL expression decides whether values stay apart.`);
  const { logical } = column;
  const makesText = mask.rule !== 'null' && mask.rule !== 'sql' && mask.rule !== 'constant';
  if (makesText && logical.kind === 'text' && logical.of === 'text' && !takesAnyText(column.nativeType))
    warnings.push(
      `${subject} is ${column.nativeType}: if that type takes certain words alone, the target refuses what '${mask.rule}' makes.`,
    );
  return warnings;
}
