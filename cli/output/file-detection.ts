import { describePlace, type ErrorReport } from '../../core/errors/longshore-error';
import type { ValueFormat } from '../../core/types/file';
import { formatBytes } from '../../core/units';
import type { FileDetection } from '../../storage/files';
import type { Colours } from '../core/colours';
import { count, plural } from './format';
import { formatTable } from './table';
import { oneLine, printable } from './text';

export interface View {
  colours: Colours;
  /** Of the terminal; undefined elsewhere. */
  width: number | undefined;
}

const CHARACTERS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
  ' ': 'space',
  '^': 'caret',
  '~': 'tilde',
  '\u0001': 'SOH',
  '"': 'double quote',
  "'": 'single quote',
  '\n': 'LF',
  '\r\n': 'CRLF',
  '\r': 'CR',
};

/** A character that has a name, by its name. */
export const named = (character: string): string => CHARACTERS[character] ?? (character === '' ? 'none' : character);

/** One file, as it was recognised. */
export function renderDetection(found: FileDetection, view: View): string {
  const { colours, width } = view;
  const facts = found.findings.map(({ trait, value, confidence, why, given }) => [
    trait,
    named(value),
    given ? 'given' : `${Math.floor(confidence * 100)} %`,
    why,
  ]);
  const table = found.tableName ?? 'none: no table name can be made of the name of the file';
  const lines = [
    `${colours.bold(printable(found.file))}  ${formatBytes(found.size)}, ${rowsText(found)}`,
    `table name: ${oneLine(table)}`,
  ];
  if (facts.length > 0)
    lines.push(
      '',
      formatTable(
        [
          { title: 'TRAIT' },
          { title: 'FOUND', flexible: true },
          { title: 'SURE', align: 'right' },
          { title: 'WHY', flexible: true },
        ],
        facts,
        {
          width,
          paintTitle: colours.dim,
        },
      ),
    );
  if (found.columns.length > 0) lines.push('', renderColumns(found, view));
  return lines.join('\n');
}

/** Columns with what they hold. */
export function renderColumns({ columns }: Pick<FileDetection, 'columns'>, { colours, width }: View): string {
  const titles = [
    { title: 'COLUMN', flexible: true },
    { title: 'TYPE' },
    { title: 'NULLS', align: 'right' },
    { title: 'LONGEST', align: 'right' },
    { title: 'NOTE', flexible: true },
  ] as const;
  const rows = columns.map(({ name, header, type, nulls, maxChars, nullTexts, ambiguity, alternatives }) => {
    const notes = [
      ambiguity,
      signOf(alternatives),
      nullTexts.length > 0 ? `NULL: ${nullTexts.map((each) => `"${each}"`).join(', ')}` : undefined,
      header !== '' && header !== name ? `"${header}" in the file` : undefined,
    ];
    return [name, type, count(nulls), count(maxChars), notes.filter((each) => each !== undefined).join('; ')];
  });
  return formatTable(titles, rows, { width, paintTitle: colours.dim });
}

/** Texts that are numbers with a sign: what they could be in a table that says so. */
function signOf(alternatives: readonly ValueFormat[] = []): string | undefined {
  const signed = alternatives.find((format) => 'affix' in format && format.affix !== undefined);
  return signed && 'affix' in signed ? `could be read as ${signed.kind} (${signed.affix})` : undefined;
}

/** `1,234 rows, 2 rejected, 3 repaired`. */
export function rowsText({
  rows,
  rejectedRows,
  repairedRows,
}: Pick<FileDetection, 'rows' | 'rejectedRows' | 'repairedRows'>): string {
  const parts = [plural(rows, 'row')];
  if (rejectedRows > 0) parts.push(`${count(rejectedRows)} rejected`);
  if (repairedRows > 0) parts.push(`${count(repairedRows)} repaired`);
  return parts.join(', ');
}

/** A file of several that came to nothing, with the reason. */
export function renderFileError(file: string, error: ErrorReport, { colours }: View): string {
  const place = describePlace({ ...error.place, file: undefined });
  return [
    `${colours.bold(printable(file))}  ${colours.red(error.code)}`,
    `  ${printable(error.message)}${place ? ` (${printable(place)})` : ''}`,
    `  ${colours.dim('next')}  ${printable(error.next)}`,
  ].join('\n');
}
