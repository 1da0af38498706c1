/** What became of a batch, at the end of its run. */
import type { ErrorReport } from '../../core/errors/longshore-error';
import { type BatchOutcome, batchTotals, fileName, rateText, verdictText } from '../../core/month/batch-outcome';
import type { MonthFileOutcome } from '../../core/types/month';
import { formatBytes } from '../../core/units';
import type { Colours } from '../core/colours';
import { renderError } from '../core/errors';
import { count, duration, plural } from './format';
import { paintStatus } from './run-report';
import { type Column, formatTable } from './table';
import { oneLine, printable, wrap } from './text';

export interface MonthSummaryLayout {
  colours: Colours;
  /** Of the terminal; undefined writes everything in full. */
  width?: number;
  /** Until when it is counted where the run has not ended. */
  now: Date;
}

/** Months, verdicts of the checks with their reasons, warnings, and every error with what to do next. */
export function monthSummaryText(outcome: BatchOutcome, layout: MonthSummaryLayout): string {
  const { colours, width } = layout;
  const blocks = [head(outcome, layout)];
  if (outcome.months.length > 0) blocks.push(monthTable(outcome, layout));
  const verdicts = outcome.files.flatMap((file) => verdictLines(file, layout));
  if (verdicts.length > 0) blocks.push([colours.bold('Checks'), ...verdicts].join('\n'));
  const warnings = warningsOf(outcome.files);
  if (warnings.length > 0)
    blocks.push(warnings.map((warning) => `${colours.yellow('warning')} ${printable(warning)}`).join('\n'));
  const errors = errorsOf(outcome);
  if (errors.length > 0) blocks.push(errors.map((error) => renderError(error, colours, width)).join('\n'));
  const next = nextOf(outcome);
  if (next !== undefined) blocks.push(next);
  return blocks.join('\n\n');
}

function head(outcome: BatchOutcome, { colours, now }: MonthSummaryLayout): string {
  const totals = batchTotals(outcome, now);
  const { loaded, files, failed, skipped, rows, bytes, seconds, parts } = totals;
  const rate = rateText(totals);
  const others = [failed > 0 && `${count(failed)} failed`, skipped > 0 && `${count(skipped)} skipped`].filter(Boolean);
  const verb = outcome.action === 'check' ? 'checked' : 'loaded';
  const checks = verdictText(totals);
  const lines: [string, string][] = [
    ['files', `${count(loaded)} of ${count(files)} ${verb}${others.length > 0 ? `; ${others.join(', ')}` : ''}`],
    ['rows', `${count(rows)}, ${formatBytes(bytes)}${parts > 0 ? ` in ${plural(parts, 'part')}` : ''}`],
    ['took', `${duration(seconds * 1000)}${rate === '' ? '' : `, ${rate}`}`],
    ['checks', checks],
  ];
  return [
    `${colours.bold(oneLine(outcome.batch))} → ${oneLine(outcome.target)}  ${paintStatus(outcome.status, colours)}  ${colours.dim(`batch ${oneLine(outcome.batchId)}`)}`,
    ...lines.flatMap(([label, text]) => (text === '' ? [] : [`  ${colours.dim(label.padEnd(8))}${text}`])),
  ].join('\n');
}

function monthTable({ months }: BatchOutcome, { colours, width }: MonthSummaryLayout): string {
  const columns: readonly Column[] = [
    { title: 'MONTH' },
    { title: 'OUTCOME' },
    { title: 'FILES', align: 'right' },
    { title: 'FAILED', align: 'right' },
    { title: 'ROWS', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'TOOK', align: 'right' },
    { title: 'RATE', align: 'right', flexible: true },
  ];
  const rows = months.map((each) => [
    each.month,
    each.status,
    each.loaded === each.files ? count(each.files) : `${count(each.loaded)} of ${count(each.files)}`,
    count(each.failed),
    count(each.rows),
    formatBytes(each.bytes),
    each.seconds === 0 ? '' : duration(each.seconds * 1000),
    each.seconds > 0 && each.bytes > 0 ? `${formatBytes(each.bytes / each.seconds)}/s` : '',
  ]);
  return formatTable(columns, rows, {
    width,
    paintTitle: colours.dim,
    paint: (cell, _row, column) => (column === 1 ? cell.replace(/\S+/, (word) => paintStatus(word, colours)) : cell),
  });
}

/** What the checks said of a file and why, a sentence each; files that were not checked are told of by their number. */
function verdictLines(
  { file, month, table, quality }: MonthFileOutcome,
  { colours, width }: MonthSummaryLayout,
): string[] {
  if (!quality || quality.verdict === 'not checked') return [];
  const { verdict, score, sentence } = quality;
  const paint = verdict === 'passed' ? colours.green : verdict === 'failed' ? colours.red : colours.yellow;
  const name = oneLine(`${month} ${table} ${fileName(file)}`);
  const scored = score === undefined ? '' : `, score ${Number(score.toFixed(1))}`;
  const text = printable(sentence);
  return [
    `  ${paint(verdict)} ${name}${scored}`,
    ...(width === undefined ? [text] : wrap(text, Math.max(30, width - 4))).map((line) => `    ${line}`),
  ];
}

const warningsOf = (files: readonly MonthFileOutcome[]): string[] => [
  ...new Set(files.flatMap(({ file, warnings }) => warnings.map((warning) => `${fileName(file)}: ${warning}`))),
];

/** Errors of files, of months without files, and of the run, each told once. */
function errorsOf({ files, months, error }: BatchOutcome): ErrorReport[] {
  const all = [
    ...files.flatMap((file) =>
      file.error && file.state === 'failed'
        ? [{ ...file.error, place: { file: file.file, table: file.table, ...file.error.place } }]
        : [],
    ),
    ...months.flatMap((month) => month.error ?? []),
    ...(error ? [error] : []),
  ];
  const seen = new Set<string>();
  return all.filter(({ code, message, place }, at) => {
    const told = `${code} ${message}`;
    // The same words about two files are two errors; about a month or the run they repeat those of a file.
    const isOfFile = at < files.filter((file) => file.error && file.state === 'failed').length;
    const key = isOfFile ? `${told} ${place.file ?? ''}` : told;
    if (seen.has(key)) return false;
    seen.add(key).add(told);
    return true;
  });
}

function nextOf({ status, batchId, action }: BatchOutcome): string | undefined {
  if (status === 'done' || status === 'running' || status === 'paused' || action === 'check') return undefined;
  return `What is left is taken up with: longshore month resume ${batchId}`;
}
