/** How values stand in the files of a month: what a definition says, with defaults, and what of it is impossible. */
import type { MonthFormat } from '../types/month';

export interface FormatProblem {
  field: keyof MonthFormat;
  /** A sentence. */
  message: string;
}

export const DEFAULT_FORMAT: MonthFormat = {
  delimiter: '\t',
  quote: '',
  encoding: 'utf-8',
  headerLines: 1,
  nullTexts: [String.raw`\N`],
};

const MARK = '[-/._ ,]?';
const DATE = new RegExp(
  `^(?:YYYY${MARK}(?:MM|MON)${MARK}DD|DD${MARK}(?:MM|MON)${MARK}YYYY|(?:MM|MON)${MARK}DD${MARK}YYYY)$`,
);
const TIME = /^(.*\S)(?: |T|"T")HH24:MI:SS(?:\.FF\d?)?$/;

/** A delimiter as configurations write it: `\t`, also with its backslash doubled, `tab` and `\x01`; else as it stands. */
export function readDelimiter(text: string): string {
  if (/^\\{1,2}t$/.test(text) || /^tab$/i.test(text)) return '\t';
  const code = /^\\{1,2}x([0-9a-f]{2})$/i.exec(text)?.[1];
  return code === undefined ? text : String.fromCharCode(Number.parseInt(code, 16));
}

/** The delimiter as people see it in a message or a configuration. */
export function showDelimiter(delimiter: string): string {
  if (delimiter === '\t') return String.raw`\t`;
  const code = delimiter.charCodeAt(0);
  return code < 32 || code === 127 ? `\\x${code.toString(16).padStart(2, '0')}` : delimiter;
}

/** Everything that no file can be read or copied by. */
export function checkMonthFormat(format: MonthFormat): FormatProblem[] {
  const { delimiter, quote, nullTexts, dateFormat, timestampFormat } = format;
  const shown = `\`${showDelimiter(delimiter)}\``;
  const problems: FormatProblem[] = [];
  const add = (field: keyof MonthFormat, message: string): number => problems.push({ field, message });
  if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 127)
    add('delimiter', `The delimiter must be one character of ASCII, such as \\t, | or \\x01; ${shown} is not.`);
  else if (/[\n\r\0]/.test(delimiter)) add('delimiter', 'The delimiter cannot be the end of a line, or a NUL.');
  else if (delimiter === quote) add('quote', `${shown} cannot be delimiter and quotation mark at once.`);
  else if (delimiter === '"' || /[A-Za-z0-9\\]/.test(delimiter))
    add('delimiter', `${shown} cannot separate fields: it is part of values.`);
  for (const text of nullTexts) {
    if (text.includes(delimiter) || /[\n\r]/.test(text))
      add(
        'nullTexts',
        `\`${showText(text)}\` is more than one field: a text for NULL has no delimiter and no line end.`,
      );
  }
  for (const field of ['dateFormat', 'timestampFormat'] as const) {
    const text = format[field];
    if (text !== undefined && quote === '' && text.replace('"T"', 'T').includes(delimiter))
      add(field, `The format \`${text}\` holds the delimiter ${shown}, and nothing is quoted.`);
  }
  if (dateFormat !== undefined && !DATE.test(dateFormat))
    add('dateFormat', `\`${dateFormat}\` is no date format: ${dateHint(dateFormat)}`);
  if (timestampFormat !== undefined && !DATE.test(TIME.exec(timestampFormat)?.[1] ?? ''))
    add(
      'timestampFormat',
      `\`${timestampFormat}\` is no timestamp format: it must be a date format, a blank or T, and HH24:MI:SS, with .FF where there are fractions.`,
    );
  return problems;
}

const showText = (text: string): string => JSON.stringify(text).slice(1, -1);

function dateHint(text: string): string {
  const upper = text.toUpperCase();
  if (DATE.test(upper)) return `write \`${upper}\`.`;
  const iso = upper.replace('%Y', 'YYYY').replace('%M', 'MM').replace('%D', 'DD');
  if (DATE.test(iso)) return `write \`${iso}\`.`;
  return 'it must have YYYY, MM or MON, and DD once each, with marks between them, e.g. YYYY-MM-DD.';
}
