/** Cron expressions in the dialect of Temporal's schedules: 5 fields, 6 with the year last, 7 with the second first. */

import { parseDuration } from '../units';

interface Field {
  name: string;
  min: number;
  max: number;
  /** Names that stand for `min`, `min + 1`, … when at least `prefix` letters of them are given. */
  names?: readonly string[];
  prefix?: number;
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const SECOND: Field = { name: 'second', min: 0, max: 59 };
const FIVE: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS, prefix: 3 },
  { name: 'day of week', min: 0, max: 7, names: DAYS, prefix: 2 },
];
const YEAR: Field = { name: 'year', min: 2000, max: 2100 };

const SHORTHANDS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** Why Temporal would refuse this expression, as a sentence without a subject; undefined when it would not. */
export function cronProblem(expression: string): string | undefined {
  const text = expression.trim();
  if (text.startsWith('@')) return shorthandProblem(text);
  if (/^(CRON_)?TZ=/.test(text)) return 'has a time zone in it: write it under `timezone`';
  const parts = text.split(/\s+/).filter(Boolean);
  const fields = fieldsOf(parts.length);
  if (!fields)
    return `has ${parts.length} fields: cron takes 5 (minute, hour, day of month, month, day of week), 6 (… and year) or 7 (second first, year last)`;
  for (const [index, field] of fields.entries()) {
    const problem = fieldProblem(parts[index] ?? '', field);
    if (problem) return problem;
  }
  return undefined;
}

/** Both days are given: Temporal then wants both to match, where Unix cron takes either. Worth a warning. */
export function restrictsBothDays(expression: string): boolean {
  const parts = expression.trim().split(/\s+/);
  const offset = parts.length === 7 ? 1 : 0;
  return parts.length >= 5 && parts[2 + offset] !== '*' && parts[4 + offset] !== '*';
}

function shorthandProblem(text: string): string | undefined {
  if (SHORTHANDS.includes(text)) return undefined;
  const every = /^@every (\S+)$/.exec(text)?.[1];
  if (every === undefined) return `is none of ${SHORTHANDS.join(', ')} or \`@every 90m\``;
  const [interval = '', phase] = every.split('/');
  const length = parseDuration(interval);
  if (length === undefined || length < 1000)
    return `has no interval of at least a second after @every, such as \`90m\``;
  if (phase !== undefined && parseDuration(phase) === undefined) return 'has no duration after the slash';
  return undefined;
}

function fieldsOf(count: number): readonly Field[] | undefined {
  if (count === 5) return FIVE;
  if (count === 6) return [...FIVE, YEAR];
  if (count === 7) return [SECOND, ...FIVE, YEAR];
  return undefined;
}

function fieldProblem(text: string, field: Field): string | undefined {
  for (const part of text.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    if (more.length > 0 || (step !== undefined && !/^0*[1-9]\d*$/.test(step)))
      return `has \`${part}\` as ${field.name}: after the slash comes one whole number from 1`;
    if (range === '*') continue;
    const [first = '', last, ...rest] = range.split('-');
    const from = valueOf(first, field);
    const to = last === undefined ? from : valueOf(last, field);
    if (from === undefined || to === undefined || rest.length > 0)
      return `has \`${part}\` as ${field.name}: allowed are ${field.min} to ${field.max}${field.names ? ' and names' : ''}, lists, ranges and steps`;
    if (to < from) return `has \`${part}\` as ${field.name}: the range runs backwards`;
  }
  return undefined;
}

function valueOf(text: string, field: Field): number | undefined {
  if (field.names && text.length >= (field.prefix ?? 0)) {
    const index = field.names.findIndex((name) => name.startsWith(text.toLowerCase()));
    if (index >= 0) return index + field.min;
  }
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : undefined;
}
