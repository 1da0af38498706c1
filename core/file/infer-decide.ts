/** From the tallies of all columns to a type and a format for each. */
import type { TemporalReading } from './infer-dates';
import type { ColumnTally } from './infer-column';
import type { MarkHints, NumberReading } from './infer-numbers';
import type { InferenceOptions } from './infer';
import type { InferredColumn, ValueFormat } from '../types/file';
import type { LogicalType } from '../types/table';

/** A column's name that speaks of a day: only then is 20241231 one. */
const DAY_NAME = /(?:^|[^a-z])(?:date|dates|day|dt|datum|dob|fecha|data|tag|jour|ymd|yyyymmdd)(?:$|[^a-z])/;
const DAY_ENDING = /(?:(?<!candi|man|vali)date|datum| dt| day| on|birthday)$/;

/** 1.10 is not 1.1 in a column that is called so. */
const VERSION_NAME = /(?:^|[^a-z])(?:version|ver|release|revision|firmware)$/;

interface Choice {
  logical: LogicalType;
  format: ValueFormat;
}

const TEXT: Choice = { logical: { kind: 'text', of: 'text' }, format: { kind: 'text' } };

export function decide(tallies: readonly ColumnTally[], options: InferenceOptions): InferredColumn[] {
  const file = markOfFile(tallies);
  const hints: MarkHints = {
    ...(file !== undefined && { file }),
    ...(options.decimalMark !== undefined && { option: options.decimalMark }),
  };
  return tallies.map((tally) => decideOne(tally, hints, options));
}

/** The decimal mark that whole columns of numbers prove, if they agree. */
function markOfFile(tallies: readonly ColumnTally[]): '.' | ',' | undefined {
  const marks = new Set(
    tallies
      .filter(({ numbers, values }) => numbers.count === values)
      .flatMap(({ numbers }) => numbers.certainMark ?? []),
  );
  return marks.size === 1 ? [...marks][0] : undefined;
}

function decideOne(tally: ColumnTally, hints: MarkHints, options: InferenceOptions): InferredColumn {
  const number = tally.numbers.reading(hints);
  const temporals = tally.temporals.readings(options.dateOrder);
  const choice = choose(tally, number, temporals[0]) ?? TEXT;
  const isText = choice === TEXT;
  const { rows, empty, maxBytes, maxChars } = tally;
  const missing = empty + tally.configuredNulls;
  const ambiguity = ambiguityOf(tally, number, temporals[0]);
  const alternatives = alternativesOf(tally, number, temporals).filter(
    (format) => JSON.stringify(format) !== JSON.stringify(choice.format),
  );
  const spelled = options.nullTexts ?? tally.words.nullTexts;
  return {
    name: tally.name,
    ...choice,
    rows,
    nulls: isText ? missing : missing + tally.quotedEmpty + tally.blank + tally.words.nulls,
    maxChars,
    maxBytes,
    ...(choice.format === number?.format && boundsOf(number)),
    nullTexts: isText ? (options.nullTexts ?? []) : spelled,
    ...(ambiguity !== undefined && { ambiguity }),
    ...(alternatives.length > 0 && { alternatives }),
    ...(options.nullTexts === undefined && spelled.length > 0 && { possibleNulls: spelled }),
  };
}

const boundsOf = ({ smallest, largest, wholeDigits, fractionDigits }: NumberReading): Partial<InferredColumn> => ({
  ...(smallest !== undefined && { smallest }),
  ...(largest !== undefined && { largest }),
  ...(wholeDigits !== undefined && { wholeDigits }),
  ...(fractionDigits !== undefined && { fractionDigits }),
});

/** Undefined: text. */
function choose(
  tally: ColumnTally,
  number: NumberReading | undefined,
  temporal: TemporalReading | undefined,
): Choice | undefined {
  const { values } = tally;
  if (values === 0 || tally.other > 0 || tally.spaced > 0) return undefined;
  if (tally.uuids === values) return { logical: { kind: 'uuid' }, format: { kind: 'uuid' } };
  if (tally.booleans === values && tally.booleanPair !== undefined) {
    const [yes, no] = tally.booleanPair;
    return { logical: { kind: 'boolean' }, format: { kind: 'boolean', trueTexts: [yes], falseTexts: [no] } };
  }
  if (tally.numbers.compactDays === values && speaksOfDay(tally.name))
    return { logical: { kind: 'date' }, format: { kind: 'date', pattern: 'YYYYMMDD' } };
  if (number?.format.kind === 'decimal' && VERSION_NAME.test(spaced(tally.name))) return undefined;
  for (const reading of [number, temporal])
    if (reading !== undefined && reading.count === values && reading.logical !== undefined)
      return { logical: reading.logical, format: reading.format };
  return undefined;
}

const speaksOfDay = (name: string): boolean => DAY_NAME.test(spaced(name)) || DAY_ENDING.test(spaced(name));

/** Words of a name in lower case with spaces between: `OrderDate` is `order date`. */
const spaced = (name: string): string =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll('_', ' ');

/** Told only where the whole column could be of the type that is open. */
function ambiguityOf(
  { values, numbers, temporals }: ColumnTally,
  number: NumberReading | undefined,
  temporal: TemporalReading | undefined,
): string | undefined {
  if (values === 0) return undefined;
  if (numbers.count === values) return number?.ambiguity;
  return temporals.count === values ? temporal?.ambiguity : undefined;
}

function alternativesOf(
  tally: ColumnTally,
  number: NumberReading | undefined,
  temporals: TemporalReading[],
): ValueFormat[] {
  const found: { count: number; format: ValueFormat }[] = [...temporals];
  if (number !== undefined) found.push(number);
  if (tally.numbers.compactDays > 0)
    found.push({ count: tally.numbers.compactDays, format: { kind: 'date', pattern: 'YYYYMMDD' } });
  if (tally.uuids > 0) found.push({ count: tally.uuids, format: { kind: 'uuid' } });
  return found.toSorted((a, b) => b.count - a.count).map(({ format }) => format);
}
