/** A result of quality checks for a terminal, or in full for a text file. */
import { dayText, runText } from '../../core/quality/calendar/days';
import { figure, percent } from '../../core/quality/check-days';
import { typeText } from '../../core/quality/check-values';
import type {
  CheckResult,
  CheckStatus,
  ColumnFacts,
  DuplicateFacts,
  FaultSample,
  QualityResult,
  QualityVerdict,
} from '../../core/types/quality';
import { formatBytes } from '../../core/units';
import type { View } from './file-detection';
import { count, duration, plural } from './format';
import { type Column, formatTable } from './table';
import { oneLine, wrap } from './text';

const INDENT = '  ';

const VERDICTS = {
  passed: 'green',
  warnings: 'yellow',
  failed: 'red',
  'not checked': 'dim',
} as const satisfies Record<QualityVerdict, keyof View['colours']>;

const STATUSES = {
  passed: 'green',
  info: 'cyan',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
} as const satisfies Record<CheckStatus, keyof View['colours']>;

/** The line that is always shown, with `--quiet` too: `failed  score 81.5  trades.tsv  3 days of January 2024 …`. */
export function qualityVerdict(result: QualityResult, { colours }: Pick<View, 'colours'>): string {
  const { verdict, score, sentence, facts } = result;
  const parts = [
    colours[VERDICTS[verdict]](verdict),
    score === undefined ? '' : `score ${figure(score)}`,
    facts ? colours.bold(oneLine(facts.file)) : '',
    oneLine(sentence),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** The whole result: verdict, a table of checks, then all that each of them found. Nothing is left out. */
export function renderQuality(result: QualityResult, view: View): string {
  const { colours, width } = view;
  const blocks = [qualityVerdict(result, view)];
  if (result.facts) {
    const { mode, rows, bytes, seconds } = result.facts;
    const size = bytes > 0 ? `, ${formatBytes(bytes)}` : '';
    const where = mode === 'file' ? 'checked in the file' : 'checked in the warehouse';
    blocks[0] += `\n${colours.dim(`${where}: ${plural(rows, 'row')}${size} in ${duration(seconds * 1000)}`)}`;
  }
  if (result.checks.length > 0) blocks.push(checksTable(result.checks, view));
  for (const check of result.checks) {
    const lines = detailLines(check, result.facts?.rows, view);
    const isFound = check.status !== 'passed' && check.status !== 'skipped';
    // The statistic stands in the sentence, and a narrow table shortens it.
    if (!isFound && lines.length === 0 && !check.details.statistics) continue;
    const head = `${colours[STATUSES[check.status]](check.status)}  ${colours.bold(oneLine(check.name))}`;
    blocks.push([head, ...wrapped(check.sentence, width), ...lines].join('\n'));
  }
  const excused = excusedLines(result, view);
  if (excused.length > 0) blocks.push([colours.bold('Days that need no rows'), ...excused].join('\n'));
  return blocks.join('\n\n');
}

function checksTable(checks: readonly CheckResult[], { colours, width }: View): string {
  return formatTable(
    [
      { title: 'CHECK' },
      { title: 'STATUS' },
      { title: 'LEVEL' },
      { title: 'FOUND', align: 'right' },
      { title: 'POINTS', align: 'right' },
      { title: 'RESULT', flexible: true },
    ],
    checks.map((check) => [
      check.name,
      check.status,
      check.severity,
      check.status === 'skipped' ? '' : count(check.count),
      check.status === 'skipped' ? '' : `${pointsText(check)} of ${figure(check.weight)}`,
      check.sentence,
    ]),
    {
      width,
      paintTitle: colours.dim,
      paint: (text, row, column) => {
        const status = checks[row]?.status;
        return column === 1 && status ? colours[STATUSES[status]](text) : text;
      },
    },
  );
}

/** Rounded down: full points mean that nothing was found. */
const pointsText = ({ points, weight }: CheckResult): string => figure(Math.floor(points * weight * 10 + 1e-9) / 10);

function detailLines({ check, status, details }: CheckResult, rows: number | undefined, view: View): string[] {
  const { gaps, outside, anomalies, duplicates, columns, samples } = details;
  const lines: string[] = [];
  const table = (titles: readonly Column[], rows: readonly (readonly string[])[]): void => {
    lines.push(...indented(formatTable(titles, rows, { paintTitle: view.colours.dim })));
  };
  if (gaps && gaps.length > 0)
    table(
      [{ title: 'NO ROWS' }, { title: 'DAYS', align: 'right' }],
      gaps.map((gap) => [runText(gap), count(gap.days)]),
    );
  if (outside && outside.length > 0)
    table(
      [{ title: 'OUTSIDE' }, { title: 'ROWS', align: 'right' }],
      outside.map(([day, rows]) => [dayText(day), count(rows)]),
    );
  if (anomalies) {
    table(
      [
        { title: 'DAY' },
        { title: 'ROWS', align: 'right' },
        { title: 'DIFFERENCE', align: 'right' },
        { title: 'CLASS' },
      ],
      anomalies.map(({ day, rows, difference, class: of }) => [
        dayText(day),
        count(rows),
        `${difference > 0 ? '+' : '-'}${percent(Math.abs(difference))}`,
        of,
      ]),
    );
  }
  if (duplicates && duplicates.keys > 0) lines.push(...duplicateLines(duplicates, table));
  if (columns && columns.length > 0 && (status !== 'passed' || check === 'nulls'))
    columnTable(check, columns, rows, table);
  if (samples && samples.length > 0) lines.push(...samples.map(sampleLine));
  return lines;
}

type Table = (titles: readonly Column[], rows: readonly (readonly string[])[]) => void;

function duplicateLines({ keyColumns, keys, samples }: DuplicateFacts, table: Table): string[] {
  if (samples.length === 0) return [];
  const hasLines = samples.some(({ lines }) => lines.length > 0);
  table(
    [
      ...keyColumns.map((title) => ({ title: oneLine(title) })),
      { title: 'ROWS', align: 'right' },
      ...(hasLines ? [{ title: 'LINES' }] : []),
    ],
    samples.map(({ key, count: rows, lines }) => [
      ...keyColumns.map((_, index) => key[index] ?? 'NULL'),
      count(rows),
      ...(hasLines ? [linesText(lines, rows)] : []),
    ]),
  );
  return samples.length < keys ? [`${INDENT}examples: ${count(samples.length)} of ${plural(keys, 'key')}`] : [];
}

/** The first ten are known: what is said of others must not look like all there are. */
const linesText = (lines: readonly number[], rows: number): string =>
  lines.length === 0 ? '' : `${lines.length < rows ? 'first ' : ''}${lines.map((line) => count(line)).join(', ')}`;

function columnTable(
  check: CheckResult['check'],
  columns: readonly ColumnFacts[],
  rows: number | undefined,
  table: Table,
): void {
  const named = { title: 'COLUMN' };
  const right = (title: string): Column => ({ title, align: 'right' });
  switch (check) {
    case 'types':
      table(
        [named, { title: 'TYPE' }, right('VALUES')],
        columns.map(({ name, type, badType }) => [name, type ? typeText(type) : '', count(badType)]),
      );
      break;
    case 'widths':
      table(
        [named, right('LIMIT'), right('LONGEST'), right('BYTES'), right('VALUES')],
        columns.map(({ name, width, maxCharacters, maxBytes, tooWide }) => [
          name,
          width ? `${count(width.limit)} ${width.unit}` : '',
          count(maxCharacters),
          count(maxBytes),
          count(tooWide),
        ]),
      );
      break;
    case 'nulls':
      table(
        [named, right('NULLS'), right('RATE'), right('FORBIDDEN')],
        columns.map(({ name, nulls, nullsForbidden }) => [
          name,
          count(nulls),
          rows ? percent((nulls * 100) / rows) : '',
          count(nullsForbidden),
        ]),
      );
      break;
    case 'completeness':
    case 'range':
    case 'anomalies':
    case 'duplicates':
    case 'columns':
    case 'encoding':
    case 'rules':
      break;
  }
}

function sampleLine({ line, column, value, message }: FaultSample): string {
  const place = [line === undefined ? '' : `line ${count(line)}`, column === undefined ? '' : oneLine(column)];
  const where = place.filter((part) => part !== '').join(', ');
  return `${INDENT}${where === '' ? '' : `${where}: `}${oneLine(message)}${value === undefined ? '' : ` ("${oneLine(value)}")`}`;
}

/** Holidays and other days off by their reason; weekends are no news. */
function excusedLines({ expected }: QualityResult, { width }: View): string[] {
  const days = Object.entries(expected?.excused ?? {}).filter(([, why]) => why !== 'weekend');
  return days.flatMap(([day, why]) => wrapped(`${dayText(Number(day))}: ${why}`, width));
}

const indented = (text: string): string[] => text.split('\n').map((line) => INDENT + line);

const wrapped = (text: string, width: number | undefined): string[] =>
  (width === undefined ? [oneLine(text)] : wrap(oneLine(text), Math.max(20, width - INDENT.length))).map(
    (line) => INDENT + line,
  );
