/** What there is to tell of a month batch when its run has ended. */
import {
  type BatchOutcome,
  batchTotals,
  type BatchTotals,
  fileName,
  rateText,
  verdictText,
} from '../month/batch-outcome';
import type { NotifyEvent } from '../../schemas/constants';
import { formatBytes } from '../units';
import { quoted } from './commands';
import { type Failure, failureFrom } from './failures';
import type { Link, Story, StoryTable } from './story';
import { count, moment, oneLine, plural, span } from './words';

/** A batch as the catalog has it; only what is told. */
export interface MonthDigest extends BatchOutcome {
  now: Date;
  links: readonly Link[];
}

/** Everything there is to say about `digest`, in words that are safe to show on one line each. */
export function tellMonth(event: NotifyEvent, digest: MonthDigest): Story {
  const totals = batchTotals(digest, digest.now);
  const failures = failuresOf(digest);
  return {
    event,
    headline: oneLine(headlineOf(event, digest, totals)),
    lead: oneLine(leadOf(event, digest, totals)),
    facts: factsOf(event, digest, totals),
    ...(digest.months.length > 0 && { table: monthTable(digest) }),
    failures,
    running: [],
    commands: commandsOf(event, digest, totals),
    links: digest.links,
    values: valuesOf(event, digest, totals, failures[0]),
  };
}

/** Files in order, then the run unless a file has told it already. */
function failuresOf({ files, error }: MonthDigest): Failure[] {
  const ofFiles = files.flatMap(({ file, table, state, error: report }): Failure[] =>
    report && state === 'failed'
      ? [
          {
            ...failureFrom(report, table),
            file: oneLine(fileName(file)),
            ...(report.place.line !== undefined && { line: report.place.line }),
          },
        ]
      : [],
  );
  if (!error) return ofFiles;
  const ofRun = failureFrom(error, error.place.table);
  const isTold = ofFiles.some(({ code, message }) => code === ofRun.code && message === ofRun.message);
  return isTold ? ofFiles : [...ofFiles, ofRun];
}

const monthsText = ({ months }: MonthDigest): string => {
  const [first, last] = [months[0]?.month, months.at(-1)?.month];
  if (first === undefined || last === undefined) return 'no month';
  return months.length === 1 ? first : `${plural(months.length, 'month')}, ${first} to ${last}`;
};

function headlineOf(event: NotifyEvent, digest: MonthDigest, { failed, files }: BatchTotals): string {
  const { batch, target, action } = digest;
  const what = `${monthsText(digest)} → ${target}`;
  const done = action === 'check' ? 'checked' : 'loaded';
  switch (event) {
    case 'done':
      return `${batch} done: ${action === 'check' ? 'checked ' : ''}${what}`;
    case 'partial':
      return `${batch} partial: ${count(failed)} of ${plural(files, 'file')} not ${done}, ${what}`;
    case 'failed':
      return `${batch} FAILED: ${what}`;
    case 'slow':
      return `${batch} is slow: ${what}`;
    case 'refused':
    case 'cancelled':
      return `${batch} ${event}: ${what}`;
  }
}

function leadOf(event: NotifyEvent, { action, target }: MonthDigest, totals: BatchTotals): string {
  const { files, loaded, failed, skipped, rows } = totals;
  const verb = action === 'check' ? 'checked' : 'loaded';
  const were = loaded === 1 ? 'was' : 'were';
  const others = [
    failed > 0 && `${count(failed)} failed`,
    skipped > 0 && `${count(skipped)} ${skipped === 1 ? 'was' : 'were'} skipped`,
  ].filter(Boolean);
  const came = `${count(loaded)} of ${plural(files, 'file')} ${were} ${verb}, ${plural(rows, 'row')}${others.length > 0 ? `; ${others.join(', ')}` : ''}.`;
  const kept =
    action === 'check'
      ? ''
      : ` Nothing of a file that failed is in ${target}: a month is there as a whole or not at all.`;
  switch (event) {
    case 'done':
      return action === 'check' ? `${came} Nothing was loaded, as asked.` : came;
    case 'partial':
    case 'failed':
      return `${came}${kept}`;
    case 'cancelled':
      return `The batch was cancelled and tidied up. ${came} What is left is taken up again where it stood.`;
    case 'refused':
      return `A safety rule stopped the batch. ${came}`;
    case 'slow':
      return `The batch goes on. ${came}`;
  }
}

function factsOf(event: NotifyEvent, digest: MonthDigest, totals: BatchTotals): Story['facts'] {
  const { batchId, runId, target, batch, startedAt, triggeredBy, reason, action, files } = digest;
  const rate = rateText(totals);
  const warnings = files.reduce((sum, each) => sum + each.warnings.length, 0);
  const facts: [label: string, value: string][] = [
    ['Outcome', event],
    ['Batch, into', `${batch} → ${target}`],
    ['Batch id', batchId],
    ['Run', runId],
    ['Started', `${moment(startedAt)} by ${triggeredBy}${reason ? `: ${reason}` : ''}`],
    ['Took', `${span(totals.seconds)}${rate === '' ? '' : `, ${rate}`}`],
    [
      'Files',
      `${count(totals.loaded)} of ${count(totals.files)} ${action === 'check' ? 'checked' : 'loaded'}${totals.failed > 0 ? `, ${count(totals.failed)} failed` : ''}${totals.skipped > 0 ? `, ${count(totals.skipped)} skipped` : ''}`,
    ],
    ['Rows', `${count(totals.rows)}, ${formatBytes(totals.bytes)}`],
    ['Checks', verdictText(totals)],
    ['Warnings', warnings === 0 ? '' : count(warnings)],
  ];
  return facts.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value: oneLine(value) }));
}

const monthTable = ({ months }: MonthDigest): StoryTable => ({
  title: 'Months',
  head: ['Month', 'Outcome', 'Files', 'Failed', 'Rows', 'Size', 'Took'],
  right: [2, 3, 4, 5, 6],
  rows: months.map(({ month, status, files, loaded, failed, rows, bytes, seconds }) => [
    oneLine(month),
    status,
    loaded === files ? count(files) : `${count(loaded)} of ${count(files)}`,
    count(failed),
    count(rows),
    formatBytes(bytes),
    span(seconds),
  ]),
});

/** What to type next, the most useful first. */
function commandsOf(
  event: NotifyEvent,
  { batchId, batch, runId }: MonthDigest,
  totals: BatchTotals,
): Story['commands'] {
  const show = { command: `longshore run show ${quoted(runId)}`, why: 'month by month and file by file' };
  const quality = { command: `longshore month quality ${quoted(batch)}`, why: 'what the checks found' };
  const resume = { command: `longshore month resume ${quoted(batchId)}`, why: 'go on with what is left' };
  if (event === 'slow') return [{ command: `longshore run watch ${quoted(runId)}`, why: 'what it does now' }];
  if (event === 'done') return totals.verdicts.warnings > 0 ? [quality, show] : [show];
  return totals.verdicts.failed > 0 ? [quality, resume, show] : [resume, show];
}

function valuesOf(
  event: NotifyEvent,
  digest: MonthDigest,
  totals: BatchTotals,
  first: Failure | undefined,
): Story['values'] {
  const { batch, target, runId, reason, triggeredBy, startedAt, finishedAt, files, links } = digest;
  const values: Story['values'] = {
    event,
    set: batch,
    folder: '',
    files: count(totals.failed),
    from: batch,
    to: target,
    run: runId,
    reason: reason ?? '',
    triggeredBy,
    started: moment(startedAt),
    finished: finishedAt ? moment(finishedAt) : '',
    duration: span(totals.seconds),
    usual: '',
    rows: count(totals.rows),
    bytes: formatBytes(totals.bytes),
    tables: count(new Set(files.map(({ table }) => table)).size),
    published: count(totals.loaded),
    failed: count(totals.failed),
    code: first?.code ?? '',
    class: first?.class ?? '',
    error: first?.message ?? '',
    next: first?.next ?? '',
    lastGood: '',
    warnings: count(files.reduce((sum, each) => sum + each.warnings.length, 0)),
    link: links[0]?.url ?? '',
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, oneLine(value)])) as typeof values;
}
