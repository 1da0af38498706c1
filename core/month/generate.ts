/** A definition for a file that has none, from its name and its beginning. */
import type { MonthTableEntry } from '../../schemas/month-batch';
import { tableNameOf } from '../file/table-name';
import { listWords } from '../plan/suggest';
import type { InferredColumn } from '../types/file';
import { checkMonthFormat, DEFAULT_FORMAT, showDelimiter } from './format';
import { guessKeys } from './guess-keys';
import { compilePattern, daysOf, findDates, readDay } from './pattern';
import type { SampledFile } from './sampled-file';

export interface GeneratedDefinition {
  name: string;
  entry: MonthTableEntry;
  /** What was guessed and why, and what people must look at; sentences. */
  notes: string[];
}

const DATE_NAME = /date|datum|(^|[^a-z])(day|dat|dt|asof|as_of)([^a-z]|$)/i;
const ENCODINGS = ['utf-8', 'windows-1252', 'iso-8859-1'] as const;
const ISO_DATES = ['YYYY-MM-DD', 'YYYYMMDD'];

/** Throws FILE_NAME_UNUSABLE where no table name can be made of the file's. */
export function generateDefinition(file: SampledFile): GeneratedDefinition {
  const notes: string[] = [];
  const { pattern, field } = patternOf(file.name);
  if (field === undefined)
    notes.push(
      `The name ${file.name} holds neither a month nor a range of days: put {month} into \`files\` where it stands.`,
    );
  const date = dateColumnOf(file, pattern);
  if (date === undefined) notes.push('No column was found that holds the date of a row: name it as `dateColumn`.');
  else notes.push(`\`dateColumn\` is ${date.name}: ${date.why}.`);
  const keys = guessKeys(file, date?.name);
  notes.push(
    keys.columns.length === 0
      ? `No columns were found that tell rows apart (${keys.why}): name them as \`keyColumns\`.`
      : `\`keyColumns\` are ${listWords(keys.columns)}: ${keys.why}.`,
  );
  const entry: MonthTableEntry = {
    files: pattern,
    ...formatOf(file, date?.column, notes),
    ...namesOf(file, notes),
    ...(date && { dateColumn: date.name }),
    ...(keys.columns.length > 0 && { keyColumns: keys.columns }),
    ...(field === 'date_range' && { expectedRange: 'file' as const }),
  };
  const table = tableIn(file.name);
  // Names of tables may have letters that names of configurations may not.
  const name = table.replaceAll(/[^a-z0-9_]+/g, '_').replace(/^_+/, '');
  return name === table
    ? { name, entry, notes }
    : { name: name === '' ? 'table' : name, entry: { table, ...entry }, notes };
}

function patternOf(name: string): { pattern: string; field?: 'month' | 'date_range' } {
  const found = findDates(name);
  if (!found) return { pattern: name };
  const pattern = `${name.slice(0, found.from)}{${found.field}}${name.slice(found.to)}`;
  return { pattern, field: found.field };
}

/** Without the month or days, which may be written in a way that names of tables do not know. */
function tableIn(name: string): string {
  const found = findDates(name);
  const rest = found ? `${name.slice(0, found.from)}${name.slice(found.to)}` : name;
  return tableNameOf(/\p{L}/u.test(rest.replace(/\.[^.]*$/, '')) ? rest : name);
}

interface DateGuess {
  name: string;
  column: InferredColumn;
  why: string;
}

/**
 * The column that is likest to hold the date of a row: by its values, its name, and the days that the name of the file
 * gives. Numbers such as 20240131 are dates where one of the latter two says so.
 */
function dateColumnOf({ columns, rows, name }: SampledFile, pattern: string): DateGuess | undefined {
  const found = compilePattern(pattern).match(name);
  const range = found?.month === undefined ? undefined : daysOf({ month: found.month, range: found.range });
  const guesses = columns.flatMap((column, index) => {
    const { kind } = column.logical;
    const isNamed = DATE_NAME.test(column.name);
    const values = rows.map((row) => row[index] ?? '').filter((value) => value !== '');
    const days = values.map((value) => readDay(value.slice(0, 10).trim()));
    const isInside =
      range !== undefined &&
      days.length > 0 &&
      days.every((day) => day !== undefined && day >= range.from && day <= range.to);
    const isDate = kind === 'date' || kind === 'timestamp' || kind === 'timestamptz';
    const isNumber = (isNamed || isInside) && values.length > 0 && days.every((day) => day !== undefined);
    if (!isDate && !isNumber) return [];
    const score = (isInside ? 4 : 0) + (isNamed ? 3 : 0) + (kind === 'date' ? 2 : 0) + (column.nulls === 0 ? 1 : 0);
    const why = [
      'all its values in the sample are dates',
      isInside && 'they lie within the days that the name of the file gives',
      isNamed && 'its name says so',
    ].filter((text) => text !== false);
    return [{ name: column.name, column, why: listWords(why), score }];
  });
  return guesses.toSorted((a, b) => b.score - a.score)[0];
}

function formatOf(
  { format, columns, isQuoted }: SampledFile,
  date: InferredColumn | undefined,
  notes: string[],
): MonthTableEntry {
  const { delimiter } = format.dialect;
  // Between tabs quotation marks are rare, and then more often characters than not.
  const quote = isQuoted || delimiter !== '\t' ? format.dialect.quote : '';
  const headerLines = format.preambleLines + (format.tables[0]?.headerRows ?? 0);
  const encoding = ENCODINGS.find((each) => each === format.encoding);
  if (encoding === undefined) notes.push(`The file is in ${format.encoding}, which must be converted to utf-8 first.`);
  if (format.footerLines > 0) notes.push(`The last ${format.footerLines} lines are no rows; they would be refused.`);
  if (format.tables.length > 1) notes.push('The file holds several tables one below another; only one can be loaded.');
  const nullTexts = [...new Set(columns.flatMap((column) => column.nullTexts))].filter(
    (text) => text !== '' && !DEFAULT_FORMAT.nullTexts.includes(text),
  );
  const texts = columns.filter((column) => (column.possibleNulls ?? []).length > 0);
  for (const { name, possibleNulls } of texts)
    notes.push(
      `${name} holds ${listWords((possibleNulls ?? []).map((text) => `\`${text}\``))}, which is text unless \`nullTexts\` names it.`,
    );
  if (delimiter === '') notes.push('There is one column only, and no delimiter.');
  const entry: MonthTableEntry = {
    ...(delimiter !== '' && delimiter !== DEFAULT_FORMAT.delimiter && { delimiter: showDelimiter(delimiter) }),
    ...(delimiter !== '' && quote !== DEFAULT_FORMAT.quote && { quote }),
    ...(encoding !== undefined && encoding !== DEFAULT_FORMAT.encoding && { encoding }),
    ...(headerLines !== DEFAULT_FORMAT.headerLines && { headerLines }),
    ...(nullTexts.length > 0 && { nullTexts: [...DEFAULT_FORMAT.nullTexts, ...nullTexts] }),
    ...dateFormatOf(columns, date, notes),
  };
  const checked = { ...DEFAULT_FORMAT, quote, ...(delimiter !== '' && { delimiter }) };
  for (const { message } of checkMonthFormat(checked)) notes.push(message);
  return entry;
}

/** One format holds for every date of a file: that of the date column, else the first that is not understood by itself. */
function dateFormatOf(
  columns: readonly InferredColumn[],
  date: InferredColumn | undefined,
  notes: string[],
): Pick<MonthTableEntry, 'dateFormat' | 'timestampFormat'> {
  const formats = [...(date ? [date] : []), ...columns].map(({ format }) => format);
  const dates = [...new Set(formats.flatMap((format) => (format.kind === 'date' ? [format.pattern] : [])))];
  const odd = dates.find((pattern) => !ISO_DATES.includes(pattern));
  if (odd !== undefined && dates.length > 1)
    notes.push(`Dates are written in several ways (${listWords(dates)}); only one can be read as dates.`);
  const stamps = [...new Set(formats.flatMap((format) => (format.kind === 'timestamp' ? [format.date] : [])))];
  const oddStamp = stamps.find((pattern) => pattern !== 'YYYY-MM-DD');
  const found = {
    ...(odd !== undefined && dates[0] === odd && { dateFormat: odd }),
    ...(oddStamp !== undefined && { timestampFormat: `${oddStamp} HH24:MI:SS` }),
  };
  const problems = checkMonthFormat({ ...DEFAULT_FORMAT, ...found });
  for (const { message } of problems) notes.push(message);
  return problems.length > 0 ? {} : found;
}

function namesOf({ format, names, columns }: SampledFile, notes: string[]): Pick<MonthTableEntry, 'columns'> {
  const header = format.tables[0]?.header ?? [];
  if (header.length === 0) notes.push('The file has no header: give `columns` the names of the table, in order.');
  const odd = names.filter((name, index) => header.length > 0 && name !== (header[index] ?? '').trim());
  if (odd.length > 0)
    notes.push(`The header has names that are empty, too long or there twice, for which ${listWords(odd)} stand here.`);
  return { columns: columns.map(({ name }) => name) };
}
