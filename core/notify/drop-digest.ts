/** What there is to tell of a drop folder since people were last told: files that failed, and files that wait. */
import type { ErrorReport } from '../errors/longshore-error';
import type { TreeProblem } from '../types/drop';
import type { NotifyEvent } from '../../schemas/constants';
import { quoted } from './commands';
import { type Failure, failureFrom } from './failures';
import type { Link, Story } from './story';
import { count, moment, oneLine, plural, span } from './words';

export interface DigestFile {
  /** Relative to the folder. */
  path: string;
  table?: string | undefined;
  error: ErrorReport;
}

/** A folder as catalog and workflow have it; only what is told. */
export interface DropDigest {
  folder: string;
  /** Environment that its files are loaded into. */
  to: string;
  since: Date;
  now: Date;
  /** Since then. */
  loaded: number;
  skipped: number;
  failed: number;
  rows: number;
  /** Failed files by code, since then. */
  errors: readonly { code: string; count: number }[];
  /** Failed files since then, the newest first; the first ten are told of. */
  files: readonly DigestFile[];
  /** Files that are ready and wait for their turn. */
  waiting: number;
  oldestReadyAt?: Date | undefined;
  /** So many that wait are worth a warning. */
  backlog: number;
  /** What the latest scan found in the tree that cannot be loaded. */
  problems: readonly TreeProblem[];
  /** Why the folder itself cannot be scanned. */
  error?: ErrorReport | undefined;
  triggeredBy: string;
  links: readonly Link[];
}

/** Failed files that are told of one by one. */
const TOLD = 10;

/**
 * What people are told: `failed` when nothing came through or the folder itself cannot be used, `partial` when some files
 * failed and some did not, `slow` when too many wait or one never settles, `done` when files were loaded and that was
 * all; undefined when there is nothing to tell.
 */
export function dropEvent(
  digest: Pick<DropDigest, 'loaded' | 'failed' | 'waiting' | 'backlog' | 'problems' | 'error'>,
): NotifyEvent | undefined {
  const { loaded, failed, error } = digest;
  if (error) return 'failed';
  if (failed > 0) return loaded > 0 ? 'partial' : 'failed';
  if (isBacklog(digest) || unsettled(digest).length > 0) return 'slow';
  return loaded > 0 ? 'done' : undefined;
}

/** Everything there is to say about `digest`, in words that are safe to show on one line each. */
export function tellDrop(event: NotifyEvent, digest: DropDigest): Story {
  const failures = failuresOf(digest);
  const values = valuesOf(event, digest, failures[0]);
  return {
    event,
    headline: oneLine(headlineOf(event, digest)),
    lead: oneLine(leadOf(digest)),
    facts: factsOf(event, digest),
    failures,
    untold: Math.max(0, digest.failed - Math.min(TOLD, digest.files.length)),
    running: waitingLines(digest),
    commands: commandsOf(event, digest),
    links: digest.links,
    values,
  };
}

const isBacklog = ({ waiting, backlog }: Pick<DropDigest, 'waiting' | 'backlog'>): boolean => waiting >= backlog;
const unsettled = ({ problems }: Pick<DropDigest, 'problems'>): TreeProblem[] =>
  problems.filter(({ code }) => code === 'never-settles');

function failuresOf({ files, error }: DropDigest): Failure[] {
  const ofFiles = files.slice(0, TOLD).map(({ path, table, error: report }) => ({
    ...failureFrom(report, table ?? report.place.table),
    file: oneLine(path),
    ...(report.place.line !== undefined && { line: report.place.line }),
  }));
  return error ? [{ ...failureFrom(error), file: 'the folder itself' }, ...ofFiles] : ofFiles;
}

function headlineOf(event: NotifyEvent, digest: DropDigest): string {
  const { folder, to, loaded, failed, waiting, error } = digest;
  if (error && failed === 0) return `${folder} FAILED: the folder cannot be watched`;
  if (failed > 0)
    return loaded > 0
      ? `${folder} partial: ${count(failed)} of ${plural(failed + loaded, 'file')} not loaded into ${to}`
      : `${folder} FAILED: ${plural(failed, 'file')} not loaded into ${to}`;
  const restless = unsettled(digest).length;
  if (event === 'slow')
    return isBacklog(digest)
      ? `${folder} is slow: ${plural(waiting, 'file')} wait`
      : `${folder} is slow: ${plural(restless, 'file')} never stood still`;
  return `${folder} done: ${plural(loaded, 'file')} loaded into ${to}`;
}

function leadOf({ since, now, loaded, failed, error }: DropDigest): string {
  const spanned = `In the last ${span((now.getTime() - since.getTime()) / 1000)}`;
  const came = `${spanned} ${plural(loaded, 'file')} ${loaded === 1 ? 'was' : 'were'} loaded and ${count(failed)} failed.`;
  if (error) return `The folder cannot be looked at, so no new file is found until it can. ${came}`;
  if (failed > 0)
    return `${came} Nothing of the failed ones is in the target; they lie under error, each with a report beside it.`;
  return came;
}

function factsOf(event: NotifyEvent, digest: DropDigest): Story['facts'] {
  const { folder, to, since, loaded, failed, skipped, rows, errors, waiting, oldestReadyAt, now, problems } = digest;
  const age = oldestReadyAt && span((now.getTime() - oldestReadyAt.getTime()) / 1000);
  const others = problems.length - unsettled(digest).length;
  const facts: [label: string, value: string][] = [
    ['Outcome', event === 'slow' ? 'files wait' : event],
    ['Folder, into', `${folder} → ${to}`],
    ['Since', moment(since)],
    [
      'Files',
      `${count(loaded)} loaded, ${count(failed)} failed${skipped > 0 ? `, ${plural(skipped, 'duplicate')} skipped` : ''}`,
    ],
    ['Rows', `${count(rows)} loaded`],
    ['Failed by code', errors.map((each) => `${count(each.count)} ${each.code}`).join(', ')],
    ['Waiting', waiting === 0 ? '' : `${plural(waiting, 'file')}${age === undefined ? '' : `, the oldest for ${age}`}`],
    ['Left alone', others === 0 ? '' : `${plural(others, 'thing')} in the folder that cannot be loaded`],
  ];
  return facts.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value: oneLine(value) }));
}

function waitingLines(digest: DropDigest): string[] {
  const { waiting, backlog } = digest;
  return [
    ...(isBacklog(digest)
      ? [`${plural(waiting, 'file')} wait for their turn; from ${count(backlog)} on this is told`]
      : []),
    ...unsettled(digest).map(({ path, message }) => oneLine(`${path}: ${message}`)),
  ];
}

/** What to type next, the most useful first. */
function commandsOf(event: NotifyEvent, { folder, failed }: DropDigest): Story['commands'] {
  const name = quoted(folder);
  const status = { command: `longshore drop status ${name}`, why: 'how the folder stands now' };
  if (event === 'done') return [status];
  if (failed === 0)
    return [status, { command: `longshore drop health ${name}`, why: 'whether anything is in the way' }];
  return [
    { command: `longshore drop errors ${name}`, why: 'what failed, by kind, and what to do about it' },
    { command: `longshore drop retry ${name}`, why: 'put failed files back, once the reason is gone' },
  ];
}

function valuesOf(event: NotifyEvent, digest: DropDigest, first: Failure | undefined): Story['values'] {
  const { folder, to, since, now, loaded, failed, rows, files, triggeredBy, problems, links } = digest;
  const tables = new Set(files.flatMap(({ table }) => (table === undefined ? [] : [table])));
  const values: Story['values'] = {
    event,
    set: folder,
    folder,
    files: count(failed),
    from: folder,
    to,
    run: `drop/${folder}`,
    reason: '',
    triggeredBy,
    started: moment(since),
    finished: moment(now),
    duration: span((now.getTime() - since.getTime()) / 1000),
    usual: '',
    rows: count(rows),
    bytes: '',
    tables: count(tables.size),
    published: count(loaded),
    failed: count(failed),
    code: first?.code ?? '',
    class: first?.class ?? '',
    error: first?.message ?? '',
    next: first?.next ?? '',
    lastGood: '',
    warnings: count(problems.length),
    link: links[0]?.url ?? '',
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, oneLine(value)])) as typeof values;
}
