/** What a batch's progress looks like: pure, from figures and width to lines. */
import type { LiveBatch, LiveFile } from '../../client';
import { isSettled } from '../../core/month/steps';
import { addSample, formatBytes, formatTimeLeft, rateOf, type Rate, type RateState } from '../../core/progress/rate';
import type { Colours } from '../core/colours';
import { bar, count, duration, plural } from './format';
import { oneLine, pad, shorten, widthOf } from './text';

const BAR = 16;

const STEPS: Partial<Record<LiveFile['state'], string>> = {
  packing: 'reading and uploading',
  checking: 'checking',
  copying: 'copying',
  staged: 'waiting for the others of its table',
};

/** Remembers how bytes grew, for rates and the time left. */
export class BatchRates {
  private readonly states = new Map<string, RateState>();

  add(progress: LiveBatch, at: number): void {
    for (const file of progress.files) this.sample(key(file), bytesOf(file), at);
    this.sample(
      '',
      progress.files.reduce((sum, file) => sum + bytesOf(file), 0),
      at,
    );
  }

  of(file: LiveFile): Rate | undefined {
    return rateOf(this.states.get(key(file)), file.bytes);
  }

  total(progress: LiveBatch): Rate | undefined {
    return rateOf(
      this.states.get(''),
      progress.files.reduce((sum, file) => sum + file.bytes, 0),
    );
  }

  /** Bytes stand in for rows: the size of a file is known, its rows are not. */
  private sample(name: string, bytes: number, at: number): void {
    this.states.set(name, addSample(this.states.get(name), { at, rows: bytes, bytes }));
  }
}

const key = ({ month, fileId }: LiveFile): string => `${month}/${fileId}`;

const bytesOf = (file: LiveFile): number =>
  file.state === 'waiting' ? 0 : file.state === 'packing' ? Math.min(file.bytes, file.bytesUnderway) : file.bytes;

export interface BatchViewOptions {
  width: number;
  /** Lines at most for files under way. */
  height: number;
  colours: Colours;
  now: number;
}

export function batchLines(
  progress: LiveBatch,
  rates: BatchRates,
  { width, height, colours, now }: BatchViewOptions,
): string[] {
  const { months, files } = progress;
  const lines: string[] = [];
  const done = months.filter(({ state }) => state === 'done' || state === 'skipped');
  if (done.length > 0)
    lines.push(
      `${colours.green('✓')} ${shorten(`${plural(done.length, 'month')} done: ${done.map(({ month }) => month).join(', ')}`, width - 2)}`,
    );
  for (const { month, state, error } of months) {
    if (state !== 'failed' && state !== 'partial') continue;
    const reason = error ? `${error.code}: ${oneLine(error.message)}` : state;
    lines.push(`${colours.red('✗')} ${shorten(`${month} ${reason}`, width - 2)}`);
  }
  const moving = files.filter(({ state }) => !isSettled(state) && state !== 'waiting');
  const nameWidth = Math.min(
    Math.max(0, ...moving.map(({ file }) => widthOf(oneLine(file)))),
    Math.max(10, width - 70),
  );
  for (const file of moving.slice(0, height)) lines.push(fileLine(file, rates.of(file), nameWidth, width, colours));
  if (moving.length > height) lines.push(shorten(`  and ${moving.length - height} more under way`, width));
  lines.push(totalLine(progress, rates.total(progress), width, colours, now));
  return lines;
}

function fileLine(file: LiveFile, rate: Rate | undefined, nameWidth: number, width: number, colours: Colours): string {
  const name = pad(shorten(oneLine(file.file), nameWidth), nameWidth);
  if (file.state === 'packing') {
    const fraction = file.bytes > 0 ? Math.min(1, file.bytesUnderway / file.bytes) : undefined;
    const shown = [
      fraction === undefined ? '' : `${Math.floor(fraction * 100)} %`,
      `${count(file.rowsUnderway)} rows`,
      // Before anything has moved there is no rate to tell of.
      rate ? formatBytes(rate) : '',
      rate?.secondsLeft === undefined ? '' : `${formatTimeLeft(rate)} left`,
    ].filter(Boolean);
    return colours.cyan(shorten(`  ${name} ${bar(fraction, BAR)} ${shown.join('  ')}`, width));
  }
  const rows = file.rows === undefined ? '' : `, ${count(file.rows)} rows`;
  const done = file.rowsUnderway > 0 ? ` (${count(file.rowsUnderway)} so far)` : '';
  return colours.cyan(shorten(`  ${name} ${STEPS[file.state] ?? file.state}${rows}${done}…`, width));
}

function totalLine(progress: LiveBatch, rate: Rate | undefined, width: number, colours: Colours, now: number): string {
  const { months, status, phase, startedAt, pausedBy, workerMissing } = progress;
  const ended = months.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
  const doneFiles =
    months.reduce((sum, { filesDone }) => sum + filesDone, 0) +
    progress.files.filter(({ state }) => isSettled(state)).length;
  // While a warehouse works nothing is read, and a rate would only fade.
  const isReading = progress.files.some(({ state: step }) => step === 'packing');
  const allFiles = months.reduce((sum, { files }) => sum + files, 0);
  const state = workerMissing
    ? 'no worker listens'
    : pausedBy
      ? `paused by ${pausedBy}`
      : status === 'running'
        ? phase
        : status;
  const shown = [
    state,
    months.length > 0 ? `${ended} of ${plural(months.length, 'month')}` : '',
    allFiles > 0 ? `${doneFiles} of ${plural(allFiles, 'file')}` : '',
    isReading && rate ? formatBytes(rate) : '',
    duration(now - Date.parse(startedAt)),
  ].filter(Boolean);
  return colours.dim(shorten(shown.join('  '), width));
}

/** One line for output that is no terminal. */
export function plainBatchLine(progress: LiveBatch, rates: BatchRates, now: number): string {
  const moving = progress.files.filter(({ state }) => !isSettled(state) && state !== 'waiting');
  const plain = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same } as Colours;
  const total = totalLine(progress, rates.total(progress), 400, plain, now);
  const files = moving.slice(0, 4).map(({ file, state, bytes, bytesUnderway }) => {
    const percent =
      state === 'packing' && bytes > 0 ? ` ${Math.floor(Math.min(1, bytesUnderway / bytes) * 100)} %` : '';
    return `${oneLine(file)} ${state}${percent}`;
  });
  return [total, ...files].join('; ');
}

const same = (text: string): string => text;
