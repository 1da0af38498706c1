/** What there is to tell of a run, before it is put into the form of a channel. */
import type { ErrorReport } from '../errors/longshore-error';
import type { NotifyEvent, RunStatus, TablePhase } from '../../schemas/constants';
import { formatBytes } from '../units';
import { commandsFor } from './commands';
import { type Failure, failuresOf } from './failures';
import { headlineOf, leadOf, type Tally } from './headline';
import type { Placeholder } from './template';
import { count, moment, oneLine, plural, span } from './words';

/** A run as the catalog has it; only what is told. */
export interface NotifiedRun {
  runId: string;
  /** Name of the transfer set. */
  name: string;
  target: string;
  triggeredBy: string;
  reason?: string | undefined;
  error?: ErrorReport | undefined;
  startedAt: Date;
  finishedAt?: Date | undefined;
}

export interface NotifiedTable {
  tableId: string;
  phase: TablePhase;
  rowsExtracted: number;
  rowsLoaded: number;
  bytes: number;
  parts: number;
  partsLoaded: number;
  warnings: readonly string[];
  error?: ErrorReport | undefined;
}

export interface Occurrence {
  event: NotifyEvent;
  run: NotifiedRun;
  /** Environment read from. */
  from: string;
  tables: readonly NotifiedTable[];
  now: Date;
  /** Seconds that good runs usually take. */
  usualSeconds?: number | undefined;
  lastGood?: { runId: string; startedAt: Date; seconds: number; rows: number } | undefined;
  /** How the run before this one ended. */
  previous?: RunStatus | undefined;
  links: readonly Link[];
}

export interface Link {
  label: string;
  url: string;
}

export interface StoryTable {
  title: string;
  head: readonly string[];
  /** Columns whose cells are figures. */
  right: readonly number[];
  rows: readonly (readonly string[])[];
}

export interface Story {
  event: NotifyEvent;
  /** The matter in a few words, with the set's name. */
  headline: string;
  /** What it means. */
  lead: string;
  facts: { label: string; value: string }[];
  /** Parts of the matter side by side, e.g. the months of a batch. */
  table?: StoryTable;
  failures: Failure[];
  /** Failures beyond those, only counted. */
  untold?: number;
  /** What is still going on, a line each; only of a slow run or folder. */
  running: string[];
  commands: { command: string; why: string }[];
  links: readonly Link[];
  /** All of it by name, for templates. `details`, `failures` and `running` are left to the form. */
  values: Record<Exclude<Placeholder, 'details' | 'failures' | 'running'>, string>;
}

const ENDED: ReadonlySet<TablePhase> = new Set(['published', 'failed', 'cancelled', 'skipped', 'ready']);

/** Everything there is to say about `occurrence`, in words that are safe to show on one line each. */
export function tell(occurrence: Occurrence): Story {
  const { event, run, tables, from, links, previous } = occurrence;
  const failures = failuresOf(run, tables);
  const values = valuesOf(occurrence, failures[0]);
  const tally: Tally = {
    event,
    set: run.name,
    from,
    to: run.target,
    total: tables.length,
    published: tables.filter(({ phase }) => phase === 'published').length,
    duration: values.duration,
    usual: values.usual,
    previous,
  };
  return {
    event,
    headline: oneLine(headlineOf(tally)),
    lead: oneLine(leadOf(tally)),
    facts: factsOf(occurrence, values),
    failures,
    running: event === 'slow' ? tables.filter(({ phase }) => !ENDED.has(phase)).map(describeTable) : [],
    commands: commandsFor(event, values.run),
    links,
    values,
  };
}

function valuesOf({ event, run, tables, from, links, ...rest }: Occurrence, first?: Failure): Story['values'] {
  const sum = (of: (table: NotifiedTable) => number): number => tables.reduce((total, table) => total + of(table), 0);
  const inPhase = (phase: TablePhase): string => count(tables.filter((table) => table.phase === phase).length);
  const values: Story['values'] = {
    event,
    set: run.name,
    folder: '',
    files: '',
    from,
    to: run.target,
    run: run.runId,
    reason: run.reason ?? '',
    triggeredBy: run.triggeredBy,
    started: moment(run.startedAt),
    finished: run.finishedAt ? moment(run.finishedAt) : '',
    duration: span(((run.finishedAt ?? rest.now).getTime() - run.startedAt.getTime()) / 1000),
    usual: rest.usualSeconds === undefined ? '' : span(rest.usualSeconds),
    rows: count(sum(({ rowsLoaded }) => rowsLoaded)),
    bytes: formatBytes(sum(({ bytes }) => bytes)),
    tables: count(tables.length),
    published: inPhase('published'),
    failed: inPhase('failed'),
    code: first?.code ?? '',
    class: first?.class ?? '',
    error: first?.message ?? '',
    next: first?.next ?? '',
    lastGood: describeLastGood(rest.lastGood),
    warnings: count(sum(({ warnings }) => warnings.length)),
    link: links[0]?.url ?? '',
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, oneLine(value)])) as typeof values;
}

function factsOf({ event, run, tables }: Occurrence, values: Story['values']): Story['facts'] {
  const { started, duration, usual, published, failed, rows, bytes, warnings, lastGood } = values;
  const facts: [label: string, value: string][] = [
    ['Outcome', event === 'slow' ? 'still running' : event],
    ['From, to', `${values.from} → ${values.to}`],
    ['Run', values.run],
    ['Started', `${started} by ${values.triggeredBy}${run.reason ? `: ${values.reason}` : ''}`],
    [event === 'slow' ? 'So far' : 'Took', `${duration}${usual === '' ? '' : `, usually ${usual}`}`],
    [
      'Tables',
      tables.length === 0
        ? 'none planned'
        : `${published} of ${values.tables} published${failed === '0' ? '' : `, ${failed} failed`}`,
    ],
    ['Rows', `${rows} loaded, ${bytes}`],
    ['Warnings', warnings === '0' ? '' : warnings],
    ['Last good run', lastGood],
  ];
  return facts.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}

function describeLastGood(good: Occurrence['lastGood']): string {
  if (!good) return 'none yet';
  return `${moment(good.startedAt)}, took ${span(good.seconds)}, ${plural(good.rows, 'row')} (${good.runId})`;
}

function describeTable({ tableId, phase, parts, partsLoaded, rowsLoaded }: NotifiedTable): string {
  const progress =
    parts > 0 ? `, ${count(partsLoaded)} of ${plural(parts, 'part')}, ${plural(rowsLoaded, 'row')} loaded` : '';
  return oneLine(`${tableId}: ${phase}${progress}`);
}
