import type { ComparedFile, FileComparison, LoneRow } from '../../core/file/compare/result';
import { formatBytes } from '../../core/units';
import { named, rowsText, type View } from './file-detection';
import { count, plural } from './format';
import { formatTable } from './table';
import { oneLine, printable, shorten } from './text';

type Values = Record<string, string | null>;

/** Two files and all that differs between them, the verdict first. */
export function renderComparison(found: FileComparison, view: View): string {
  const { colours } = view;
  const blocks = [
    [
      `${found.equal ? colours.green('equal') : colours.red('different')}  ${verdict(found)}`,
      fileLine('A', found.a, view),
      fileLine('B', found.b, view),
    ],
    columnLines(found),
    rejectedLines(found, view),
    loneLines('Only in A', found.onlyInA, found, view),
    loneLines('Only in B', found.onlyInB, found, view),
    changedLines(found, view),
    duplicateLines(found, view),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** One sentence for people in a hurry. */
function verdict(found: FileComparison): string {
  const { equal, equalRows, onlyInA, onlyInB, changed, key } = found;
  if (found.sameBytes) return `the same to the last byte, ${plural(equalRows, 'row')}`;
  if (equal) return `${plural(equalRows, 'row')}, ${found.sameOrder ? 'in the same order' : 'in another order'}`;
  const parts = [`${plural(equalRows, 'row')} equal`];
  if (key.length > 0) parts.push(`${count(changed.rows)} changed`);
  parts.push(`${count(onlyInA.rows)} only in A`, `${count(onlyInB.rows)} only in B`);
  return parts.join(', ');
}

function fileLine(name: string, file: ComparedFile, { colours }: View): string {
  const facts = [formatBytes(file.size), file.encoding, named(file.delimiter), rowsText(file)];
  return `${name}  ${colours.bold(printable(file.file))}  ${facts.join(', ')}`;
}

function columnLines({ columns, key }: FileComparison): string[] {
  const names = (list: readonly string[]): string => list.map(oneLine).join(', ');
  const lines = [key.length > 0 ? `Key: ${names(key)}` : 'Compared as whole rows, for there is no --key.'];
  if (columns.byPosition) lines.push('Columns are matched by position: not both files have a header.');
  if (columns.onlyInA.length > 0) lines.push(`Columns only in A: ${names(columns.onlyInA)}`);
  if (columns.onlyInB.length > 0) lines.push(`Columns only in B: ${names(columns.onlyInB)}`);
  if (columns.moved.length > 0) lines.push(`Columns in another place: ${names(columns.moved)}`);
  if (columns.respelled.length > 0)
    lines.push(`Columns spelled otherwise: ${names(columns.respelled.map(({ a, b }) => `${a} is ${b} in B`))}`);
  if (columns.ignored.length > 0) lines.push(`Columns ignored: ${names(columns.ignored)}`);
  if (columns.types.length > 0)
    lines.push(`Types that differ: ${names(columns.types.map(({ column, a, b }) => `${column} is ${a}, in B ${b}`))}`);
  return lines;
}

function rejectedLines({ a, b }: FileComparison, { colours }: View): string[] {
  const SHOWN = 5;
  return [['A', a] as const, ['B', b] as const].flatMap(([name, { rejectedRows, rejected }]) =>
    rejectedRows === 0
      ? []
      : [
          `${colours.red(`${plural(rejectedRows, 'row')} of ${name} cannot be read`)} and took no part:`,
          ...rejected.slice(0, SHOWN).map(({ line, message }) => `  line ${count(line)}: ${oneLine(message)}`),
          ...more(rejectedRows, Math.min(SHOWN, rejected.length)),
        ],
  );
}

function loneLines(
  title: string,
  { rows, samples }: { rows: number; samples: LoneRow[] },
  { key }: FileComparison,
  view: View,
): string[] {
  if (rows === 0) return [];
  const shown = samples.reduce((sum, each) => sum + each.rows, 0);
  const lines = samples.map((each) => {
    const times = each.rows > 1 ? ` (${count(each.rows)} times)` : '';
    const values = key.length > 0 ? keyText(each.values) : Object.values(each.values).map(valueText).join(', ');
    return cut(`  line ${count(each.line)}${times}: ${oneLine(values)}`, view);
  });
  return [`${title}: ${plural(rows, 'row')}`, ...lines, ...more(rows, shown)];
}

function changedLines({ changed }: FileComparison, { colours, width }: View): string[] {
  if (changed.rows === 0) return [];
  const lines = [`Changed: ${plural(changed.rows, 'row')}`];
  lines.push(...changed.columns.map(({ column, rows }) => `  ${oneLine(column)}: ${plural(rows, 'row')}`));
  if (changed.samples.length === 0) return lines;
  const titles = [
    { title: 'KEY', flexible: true },
    { title: 'COLUMN', flexible: true },
    { title: 'A', flexible: true },
    { title: 'B', flexible: true },
    { title: 'LINES', align: 'right' },
  ] as const;
  const rows = changed.samples.map(({ key, column, a, b, lineA, lineB }) => [
    keyText(key),
    column,
    valueText(a),
    valueText(b),
    `${count(lineA)}, ${count(lineB)}`,
  ]);
  lines.push('', formatTable(titles, rows, { width, paintTitle: colours.dim }));
  const values = changed.columns.reduce((sum, each) => sum + each.rows, 0);
  return [...lines, ...more(values, changed.samples.length)];
}

function duplicateLines({ duplicateKeys: { keys, samples } }: FileComparison, view: View): string[] {
  if (keys === 0) return [];
  return [
    `${view.colours.yellow(`Not unique: ${plural(keys, 'key')}`)}, whose rows were compared whole`,
    ...samples.map(({ key, rowsA, rowsB, line }) =>
      cut(`  ${oneLine(keyText(key))}: ${plural(rowsA, 'row')} in A, ${count(rowsB)} in B, line ${count(line)}`, view),
    ),
    ...more(keys, samples.length),
  ];
}

const keyText = (key: Values): string =>
  Object.entries(key)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');

/** NULL is a word, and an empty text is seen. */
const valueText = (value: string | null): string => (value === null ? 'NULL' : value === '' ? '""' : value);

const cut = (line: string, { width }: View): string => (width === undefined ? line : shorten(line, width));

const more = (all: number, shown: number): string[] => (all > shown ? [`  and ${count(all - shown)} more`] : []);
