import { LongshoreError } from '../../../core/errors/longshore-error';
import { FILE_ENCODINGS, type FormatOptions } from '../../../core/types/file';
import { formatSchema } from '../../../schemas/drop-folder';
import { choice, list, text } from '../../core/options';

/** What is said of the files instead of having it recognised: the same for every command of the noun. */
export const FORMAT_OPTIONS = {
  encoding: choice(FILE_ENCODINGS, 'encoding of the text'),
  delimiter: text(
    'CHAR',
    'comma, semicolon, tab, pipe, space, caret, tilde, soh, or the one or two characters themselves',
  ),
  quote: text('CHAR', 'double, single or none, or the character itself'),
  escape: choice(['double', 'backslash', 'none'], 'how a quotation mark stands inside a quoted field'),
  headerRows: text('N', 'rows of the header; 0 for none'),
  skipLines: text('N', 'lines before the header'),
  footerLines: text('N', 'lines after the last row'),
  null: list('TEXT', 'text that stands for NULL beside the empty field; may be repeated'),
  decimalMark: choice(['.', ','], 'decimal mark, where the numbers leave it open'),
  dateOrder: choice(['dmy', 'mdy', 'ymd'], 'order of day, month and year, where the dates leave it open'),
  table: text('N', 'which table of a file that holds several; from 1'),
  ragged: choice(
    ['repair', 'reject'],
    'rows with too few or too many fields: put right where there is one way only, or rejected',
  ),
} as const;

interface Given {
  encoding?: FormatOptions['encoding'];
  delimiter?: string;
  quote?: string;
  escape?: FormatOptions['escape'];
  headerRows?: string;
  skipLines?: string;
  footerLines?: string;
  null: string[];
  decimalMark?: FormatOptions['decimalMark'];
  dateOrder?: FormatOptions['dateOrder'];
  table?: string;
  ragged?: FormatOptions['ragged'];
}

const DELIMITERS: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  pipe: '|',
  space: ' ',
  caret: '^',
  tilde: '~',
  soh: '\u0001',
};
const QUOTES: Readonly<Record<string, string>> = { double: '"', single: "'", none: '' };

/** Names of options by what the schema calls them. */
const FLAGS: Readonly<Record<string, string>> = {
  delimiter: '--delimiter',
  quote: '--quote',
  headerRows: '--header-rows',
  skipLines: '--skip-lines',
  footerLines: '--footer-lines',
  table: '--table',
};

/** The options as recognition takes them. Throws USAGE for values that the configuration would not take either. */
export function formatOptions(given: Given): FormatOptions {
  const asked = {
    encoding: given.encoding,
    delimiter:
      given.delimiter === undefined ? undefined : (DELIMITERS[given.delimiter.toLowerCase()] ?? given.delimiter),
    quote: given.quote === undefined ? undefined : (QUOTES[given.quote.toLowerCase()] ?? given.quote),
    escape: given.escape,
    headerRows: wholeNumber('--header-rows', given.headerRows),
    skipLines: wholeNumber('--skip-lines', given.skipLines),
    footerLines: wholeNumber('--footer-lines', given.footerLines),
    nullTexts: given.null.length > 0 ? given.null : undefined,
    decimalMark: given.decimalMark,
    dateOrder: given.dateOrder,
    table: wholeNumber('--table', given.table),
    ragged: given.ragged,
  };
  const said = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const { success, data, error } = formatSchema.safeParse(said);
  if (success) return data;
  const issue = error.issues[0];
  const flag = FLAGS[String(issue?.path[0])] ?? 'An option';
  throw new LongshoreError('USAGE', `${flag}: ${issue?.message ?? 'the value is not allowed'}.`);
}

function wholeNumber(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw new LongshoreError('USAGE', `${flag} takes a whole number, not "${value}".`);
  return Number(value);
}
