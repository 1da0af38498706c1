/** What a run's progress looks like: pure, from figures and width to lines. */
import type { LiveProgress, LiveTable } from '../../client';
import {
  addSample,
  formatBytes,
  formatRows,
  formatTimeLeft,
  rateOf,
  type Rate,
  type RateState,
} from '../../core/progress/rate';
import type { Colours } from '../core/colours';
import { bar, count, duration, plural } from './format';
import { oneLine, pad, shorten, widthOf } from './text';

const MOVING = new Set<LiveTable['phase']>(['copying', 'indexing', 'verifying']);
const ARRIVED = new Set<LiveTable['phase']>(['ready', 'published']);
const BAR = 16;

/** Remembers how figures grew, for rates and the time left. */
export class ProgressRates {
  private readonly states = new Map<string, RateState>();

  /** Takes in what is known at `at` (milliseconds). */
  add(progress: LiveProgress, at: number): void {
    for (const table of progress.tables) this.sample(table.table, moved(table), table.bytes, at);
    this.sample(
      '',
      sum(progress.tables, moved),
      sum(progress.tables, (table) => table.bytes),
      at,
    );
  }

  of(table: LiveTable): Rate | undefined {
    return rateOf(this.states.get(table.table), expected(table));
  }

  total(progress: LiveProgress): Rate | undefined {
    const estimate = sum(progress.tables, (table) => expected(table) ?? moved(table));
    return rateOf(this.states.get(''), estimate > 0 ? estimate : undefined);
  }

  private sample(key: string, rows: number, bytes: number, at: number): void {
    this.states.set(key, addSample(this.states.get(key), { at, rows, bytes }));
  }
}

/** Every row is read once and loaded once; a table that has arrived, or failed, has nothing left to do. */
const moved = (table: LiveTable): number => (table.rows + table.rowsRead) / 2;

/** Rows to move in all; undefined where nobody can tell. */
function expected(table: LiveTable): number | undefined {
  if (ARRIVED.has(table.phase) || table.phase === 'failed' || table.phase === 'cancelled') return moved(table);
  if (table.parts > 0 && table.partsLoaded === table.parts) return moved(table);
  return table.estimatedRows < 0 ? undefined : Math.max(table.estimatedRows, table.rowsRead);
}

function fractionOf(table: LiveTable): number | undefined {
  const rows = expected(table);
  if (rows === undefined) return table.parts > 0 ? table.partsLoaded / table.parts : undefined;
  return rows === 0 ? 1 : Math.min(1, moved(table) / rows);
}

export interface ViewOptions {
  width: number;
  /** Lines at most for tables under way. */
  height: number;
  colours: Colours;
  now: number;
}

/** One line per table under way, one for those that have arrived, one for each failure, and the total. */
export function progressLines(
  progress: LiveProgress,
  rates: ProgressRates,
  { width, height, colours, now }: ViewOptions,
): string[] {
  const { tables } = progress;
  const active = tables.filter((table) => MOVING.has(table.phase));
  const arrived = tables.filter((table) => ARRIVED.has(table.phase));
  const failed = tables.filter((table) => table.phase === 'failed');
  const waiting = tables.filter((table) => table.phase === 'waiting').length;
  const lines: string[] = [];
  if (arrived.length > 0) {
    const state = arrived.every(({ phase }) => phase === 'published') ? 'published' : 'ready';
    lines.push(
      `${colours.green('✓')} ${shorten(
        `${plural(arrived.length, 'table')} ${state}, ${plural(
          sum(arrived, (table) => table.rows),
          'row',
        )}`,
        width - 2,
      )}`,
    );
  }
  for (const table of failed.slice(0, height)) {
    const reason = table.error ? `${table.error.code}: ${oneLine(table.error.message)}` : 'failed';
    lines.push(`${colours.red('✗')} ${shorten(`${oneLine(table.table)} ${reason}`, width - 2)}`);
  }
  if (failed.length > height)
    lines.push(`${colours.red('✗')} ${shorten(`and ${failed.length - height} more failed`, width - 2)}`);
  const nameWidth = Math.min(
    Math.max(0, ...active.map((table) => widthOf(oneLine(table.table)))),
    Math.max(10, width - 70),
  );
  for (const table of active.slice(0, height)) lines.push(tableLine(table, rates.of(table), nameWidth, width, colours));
  if (active.length > height) lines.push(shorten(`  and ${active.length - height} more under way`, width));
  if (waiting > 0 && active.length > 0)
    lines.push(colours.dim(shorten(`  ${plural(waiting, 'table')} waiting`, width)));
  lines.push(totalLine(progress, rates.total(progress), width, colours, now));
  return lines;
}

function tableLine(
  table: LiveTable,
  rate: Rate | undefined,
  nameWidth: number,
  width: number,
  colours: Colours,
): string {
  const name = pad(shorten(oneLine(table.table), nameWidth), nameWidth);
  if (table.phase !== 'copying')
    return shorten(
      `  ${name} ${table.phase === 'indexing' ? 'building keys and indexes' : 'comparing with the source'}…`,
      width,
    );
  const fraction = fractionOf(table);
  const figures = [percent(fraction), `${count(table.rows)} rows`, ...speedOf(rate)];
  const line = `  ${name} ${bar(fraction, BAR)} ${figures.filter(Boolean).join('  ')}`;
  return colours.cyan(shorten(line, width));
}

function totalLine(
  progress: LiveProgress,
  rate: Rate | undefined,
  width: number,
  colours: Colours,
  now: number,
): string {
  const { tables, status, phase, pausedBy, startedAt } = progress;
  const took = duration(Math.max(0, now - Date.parse(startedAt)));
  if (phase === 'planning') return shorten(`planning… ${took}`, width);
  const done = tables.filter((table) => ARRIVED.has(table.phase)).length;
  const known = tables.map((table) => ({ done: moved(table), all: expected(table) ?? moved(table) }));
  const all = sum(known, (each) => each.all);
  const fraction = all > 0 ? sum(known, (each) => each.done) / all : undefined;
  const what = status === 'paused' ? `paused${pausedBy ? ` by ${oneLine(pausedBy)}` : ''}` : phase;
  const speed = status === 'paused' || phase !== 'copying' ? [] : speedOf(rate);
  const figures = [
    what,
    percent(fraction),
    `${done} of ${plural(tables.length, 'table')}`,
    `${count(sum(tables, (table) => table.rows))} rows`,
    ...speed,
    took,
  ];
  return colours.bold(shorten(figures.filter(Boolean).join('  '), width));
}

/** The same in one line of plain text, for logs and pipes. */
export function plainLine(progress: LiveProgress, rates: ProgressRates, now: number): string {
  const line = totalLine(
    progress,
    rates.total(progress),
    Number.POSITIVE_INFINITY,
    { bold: (text: string) => text } as Colours,
    now,
  );
  const active = progress.tables
    .filter((table) => MOVING.has(table.phase))
    .map((table) => `${oneLine(table.table)} ${table.phase === 'copying' ? percent(fractionOf(table)) : table.phase}`);
  return active.length === 0 ? line : `${line}  [${active.slice(0, 8).join(', ')}${active.length > 8 ? ', …' : ''}]`;
}

/** `145.0k rows/s`, `23.1 MB/s`, `12s left`: what is known of these. */
function speedOf(rate: Rate | undefined): string[] {
  if (!rate) return [];
  const known = [
    rate.rowsPerSecond > 0 && formatRows(rate),
    rate.bytesPerSecond > 0 && formatBytes(rate),
    rate.secondsLeft !== undefined && `${formatTimeLeft(rate)} left`,
  ];
  return known.filter((text) => text !== false);
}

const percent = (fraction: number | undefined): string =>
  fraction === undefined ? '' : `${Math.floor(fraction * 100)}%`;

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
