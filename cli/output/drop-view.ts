/** What a watched folder looks like: pure, from figures and width to lines. */
import type { FileInWork, FolderStatus } from '../../client';
import { addSample, formatRows, formatTimeLeft, rateOf, type Rate, type RateState } from '../../core/progress/rate';
import type { Colours } from '../core/colours';
import { bar, count, duration, plural } from './format';
import { oneLine, pad, shorten, widthOf } from './text';

const BAR = 16;

const STEPS: Readonly<Record<string, string>> = {
  recognising: 'recognising and checking',
  publishing: 'proving and publishing',
  filing: 'filing away',
  ended: 'filed away',
};

/** Remembers how figures grew, for rates and the time left. */
export class DropRates {
  private readonly states = new Map<string, RateState>();

  /** Takes in what is known at `at` (milliseconds). */
  add(status: FolderStatus, at: number): void {
    const now = new Set(status.inWork.map(({ fileId }) => String(fileId)));
    for (const key of this.states.keys()) if (/^\d/.test(key) && !now.has(key)) this.states.delete(key);
    for (const file of status.inWork) this.sample(String(file.fileId), rowsOf(file), at);
    this.sample('rows', status.rows + status.inWork.reduce((sum, file) => sum + rowsOf(file), 0), at);
    this.sample('files', ended(status), at);
  }

  ofFile(file: FileInWork): Rate | undefined {
    return rateOf(this.states.get(String(file.fileId)), file.progress?.totalRows);
  }

  ofRows(): Rate | undefined {
    return rateOf(this.states.get('rows'));
  }

  /** Files as rows, and the time until all that are ready are through. */
  ofFiles(status: FolderStatus): Rate | undefined {
    const left = of(status, 'ready') + of(status, 'processing');
    return rateOf(this.states.get('files'), left > 0 ? ended(status) + left : undefined);
  }

  private sample(key: string, rows: number, at: number): void {
    this.states.set(key, addSample(this.states.get(key), { at, rows, bytes: 0 }));
  }
}

const rowsOf = ({ progress }: FileInWork): number => progress?.rows ?? 0;
const of = ({ files }: FolderStatus, state: keyof FolderStatus['files']): number => files[state] ?? 0;
const ended = (status: FolderStatus): number =>
  of(status, 'loaded') + of(status, 'failed') + of(status, 'skipped') + of(status, 'cancelled');

export interface DropViewOptions {
  width: number;
  /** Lines at most for files in work. */
  height: number;
  colours: Colours;
  now: number;
}

/** What arrived, what failed and why, a line for each file in work, what waits, and the whole. */
export function dropLines(status: FolderStatus, rates: DropRates, options: DropViewOptions): string[] {
  const { width, height, colours } = options;
  const lines: string[] = [];
  const loaded = of(status, 'loaded');
  if (loaded > 0) {
    const text = `${plural(loaded, 'file')} loaded, ${plural(status.rows, 'row')}`;
    lines.push(`${colours.green('✓')} ${shorten(text, width - 2)}`);
  }
  if (status.errors.failed > 0) lines.push(`${colours.red('✗')} ${shorten(failedText(status), width - 2)}`);
  if (status.error)
    lines.push(`${colours.red('✗')} ${shorten(`${status.error.code}: ${oneLine(status.error.message)}`, width - 2)}`);
  if (status.problems.length > 0)
    lines.push(
      `${colours.yellow('!')} ${shorten(`left alone: ${status.problems.map(({ path }) => oneLine(path)).join(', ')}`, width - 2)}`,
    );
  const shown = status.inWork.slice(0, height);
  const nameWidth = Math.min(Math.max(0, ...shown.map(({ path }) => widthOf(oneLine(path)))), Math.max(10, width - 60));
  for (const file of shown) lines.push(fileLine(file, rates.ofFile(file), { nameWidth, width, colours }));
  const more = status.inWork.length - shown.length;
  if (more > 0) lines.push(shorten(`  and ${more} more in work`, width));
  const waiting = waitingText(status);
  if (waiting !== '') lines.push(colours.dim(shorten(`  ${waiting}`, width)));
  lines.push(colours.bold(shorten(totalText(status, rates, options.now), width)));
  return lines;
}

/** One file: how far it is, how fast, and for how long yet. */
export function fileLine(
  file: FileInWork,
  rate: Rate | undefined,
  { nameWidth, width, colours }: { nameWidth: number; width: number; colours: Colours },
): string {
  const name = pad(shorten(oneLine(file.path), nameWidth), nameWidth);
  const { progress } = file;
  if (!progress) return shorten(`  ${name} …`, width);
  const { step, table, totalRows, rows } = progress;
  const into = table === undefined ? '' : `→ ${oneLine(table)}`;
  if (step !== 'loading') return shorten(`  ${name} ${STEPS[step] ?? step}… ${into}`.trimEnd(), width);
  const fraction = totalRows === undefined || totalRows === 0 ? undefined : Math.min(1, rows / totalRows);
  const figures = [
    fraction === undefined ? '' : `${Math.floor(fraction * 100)}%`,
    `${count(rows)} rows`,
    rate && rate.rowsPerSecond > 0 ? formatRows(rate) : '',
    rate?.secondsLeft === undefined ? '' : `${formatTimeLeft(rate)} left`,
    into,
  ];
  return colours.cyan(shorten(`  ${name} ${bar(fraction, BAR)} ${figures.filter(Boolean).join('  ')}`, width));
}

/** The same in one line of plain text, for logs and pipes, without what changes by the passing of time alone. */
export function plainDropLine(status: FolderStatus): string {
  const { files } = status;
  const parts = [
    status.state,
    `${count(of(status, 'loaded'))} loaded`,
    `${count(of(status, 'failed'))} failed`,
    (files.skipped ?? 0) > 0 && `${count(files.skipped ?? 0)} skipped`,
    `${count(status.rows)} rows`,
    waitingText(status),
  ];
  const work = status.inWork.map(({ path, progress }) => `${oneLine(path)}${progress ? ` ${progress.step}` : ''}`);
  const line = parts.filter(Boolean).join('  ');
  return work.length === 0 ? line : `${line}  [${work.slice(0, 8).join(', ')}${work.length > 8 ? ', …' : ''}]`;
}

function failedText({ errors: { failed, findings } }: FolderStatus): string {
  return `${plural(failed, 'file')} failed: ${findings.map((each) => `${count(each.count)} ${each.code}`).join(', ')}`;
}

function waitingText(status: FolderStatus): string {
  const [ready, watching] = [of(status, 'ready'), of(status, 'watching')];
  const parts = [
    ready > 0 && `${plural(ready, 'file')} ready`,
    watching > 0 && `${plural(watching, 'file')} until they stand still`,
  ];
  return parts.filter(Boolean).join(', ');
}

function totalText(status: FolderStatus, rates: DropRates, now: number): string {
  const { state, pausedBy, inWork, lastScanAt, startedAt } = status;
  const files = rates.ofFiles(status);
  const rows = rates.ofRows();
  const figures = [
    state === 'paused' && pausedBy ? `paused by ${oneLine(pausedBy)}` : state,
    inWork.length > 0 ? `${count(inWork.length)} in work` : '',
    files && files.rowsPerSecond > 0 ? `${files.rowsPerSecond.toFixed(1)} files/s` : '',
    rows && rows.rowsPerSecond > 0 ? formatRows(rows) : '',
    files?.secondsLeft === undefined ? '' : `${formatTimeLeft(files)} left`,
    lastScanAt ? `looked ${duration(Math.max(0, now - lastScanAt.getTime()))} ago` : 'not looked yet',
    startedAt ? `watched for ${duration(Math.max(0, now - startedAt.getTime()))}` : '',
  ];
  return figures.filter(Boolean).join('  ');
}
