/** How fast a folder's files were loaded, how long they waited, and which setting would make that better. */
import type { VerifyLevel } from '../../schemas/constants';
import { formatBytes, formatDuration } from '../units';
import { isSmallFile, MAX_APPENDED_TO } from './small';

/** Of some files: half took no longer than `medianMs`, 95 of 100 no longer than `p95Ms`. */
export interface Spread {
  medianMs: number;
  p95Ms: number;
  longestMs: number;
}

/** The plan of a small file that was staged, though targets of this kind load such files in one step. */
export interface Detour {
  mode: string;
  targetKind: string;
  verify: VerifyLevel;
  /** Rows that the table had before. */
  tableRows: number;
}

export interface TableFigures {
  /** `schema.table`. */
  table: string;
  files: number;
  rows: number;
  bytes: number;
  /** Files of a table are loaded one after the other: this is how long they took together. */
  ms: number;
  p95Ms: number;
  /** Small files, by the way they went. */
  direct: number;
  staged: number;
  /** Of the latest small file that was staged. */
  detour?: Detour;
}

/** What the catalog has of the files that ended since a moment, or ever. */
export interface FolderFigures {
  loaded: number;
  /** Those put back to be tried again included. */
  failed: number;
  skipped: number;
  cancelled: number;
  /** Of loaded files, as are times and tables. */
  rows: number;
  bytes: number;
  /** Files whose beginning and end are known; the time in which at least one of them was in work; their times together. */
  worked: number;
  busyMs: number;
  workMs: number;
  took?: Spread;
  slowest?: { path: string; table?: string; rows: number; bytes: number; ms: number };
  /** From ready to begun. */
  waited?: Spread;
  /** Small files, by the way they went. */
  direct: number;
  staged: number;
  /** Those that took longest together, and how many there are in all. */
  tables: TableFigures[];
  tableCount: number;
}

/** What the folder's configuration says. */
export interface PerformanceSettings {
  files: number;
  parts: number;
  partBytes: number;
  verify: VerifyLevel;
  /** Time that a file has to stand still: interval between looks, and how many. */
  intervalMs: number;
  checks: number;
}

export interface PerformanceFinding {
  kind: 'slow-files' | 'waiting' | 'failures' | 'staged';
  message: string;
  next: string;
}

export interface FolderPerformance extends Omit<FolderFigures, 'tables'> {
  folder: string;
  /** Left out where there is nothing to divide by. */
  filesPerSecond?: number;
  /** Files in work at once, on average over the busy time. */
  filesAtOnce?: number;
  failedPercent?: number;
  /** Share of small files that were loaded in one step. */
  directPercent?: number;
  tables: (TableFigures & { rowsPerSecond?: number; bytesPerSecond?: number })[];
  findings: PerformanceFinding[];
}

const TAIL_FACTOR = 10;
/** What takes less is slow by no measure. */
const TAIL_MS = 5_000;
const TAIL_FILES = 20;
const WAIT_FACTOR = 2;
const FAILED_PERCENT = 10;
const STAGED_PERCENT = 50;
const STAGED_FILES = 10;
/** Of what `parallel.files` allows: from here on it is that which holds files up. */
const FULL = 0.7;
const MOST_OF_WORK = 0.5;

/** Rates, shares, and a finding for each threshold that is crossed. */
export function judgePerformance(
  folder: string,
  figures: FolderFigures,
  settings: PerformanceSettings,
): FolderPerformance {
  const { loaded, failed, skipped, worked, busyMs, workMs, direct, staged } = figures;
  const performance: FolderPerformance = {
    ...figures,
    folder,
    filesPerSecond: perSecond(worked, busyMs),
    filesAtOnce: busyMs > 0 ? workMs / busyMs : undefined,
    failedPercent: percentOf(failed, loaded + failed + skipped),
    directPercent: percentOf(direct, direct + staged),
    tables: figures.tables.map((each) => ({
      ...each,
      rowsPerSecond: perSecond(each.rows, each.ms),
      bytesPerSecond: perSecond(each.bytes, each.ms),
    })),
    findings: [],
  };
  const findings = [slowFiles, waiting, failures, stagedFiles].map((judge) => judge(performance, settings));
  return { ...performance, findings: findings.filter((found) => found !== undefined) };
}

type Judge = (performance: FolderPerformance, settings: PerformanceSettings) => PerformanceFinding | undefined;

const slowFiles: Judge = ({ took, slowest, loaded }, settings) => {
  if (!took || !slowest || loaded < TAIL_FILES) return undefined;
  if (took.p95Ms < TAIL_MS || took.p95Ms <= took.medianMs * TAIL_FACTOR) return undefined;
  const into = slowest.table === undefined ? '' : `, into ${slowest.table}`;
  return {
    kind: 'slow-files',
    message: `Half of the files take ${time(took.medianMs)} at most, but five of a hundred ${time(took.p95Ms)} or more; the slowest is ${slowest.path} (${formatBytes(slowest.bytes)}${into}) with ${time(slowest.ms)}.`,
    next: fasterFile(slowest, settings),
  };
};

function fasterFile(
  { bytes, table }: { bytes: number; table?: string },
  { parts, partBytes, verify }: PerformanceSettings,
): string {
  if (verify === 'fingerprint')
    return 'Set `verify` to `aggregates`, which compares counts and sums instead of reading every value back.';
  if (bytes > partBytes)
    return `Raise \`parallel.parts\` (now ${parts}), so that more parts of a large file are loaded side by side.`;
  if (!isSmallFile(bytes))
    return `Lower \`partSize\` (now ${formatBytes(partBytes)}), so that such a file is loaded in parts side by side.`;
  return `Look at the indexes, triggers and foreign keys of ${table ?? 'the table'}, and at who holds locks on it: a file this small takes long because of its table.`;
}

const waiting: Judge = ({ waited, filesAtOnce = 0, tables, workMs, folder }, { intervalMs, checks, files }) => {
  const limit = intervalMs * checks * WAIT_FACTOR;
  if (!waited || waited.p95Ms <= limit) return undefined;
  const [first] = tables;
  const message = `Five of a hundred files wait ${time(waited.p95Ms)} or more for their turn after they are ready, longer than twice the time in which they have to stand still (${time(limit / WAIT_FACTOR)}); ${rounded(filesAtOnce)} of ${files} possible files were in work at once.`;
  const next =
    filesAtOnce >= files * FULL
      ? `Raise \`parallel.files\` (now ${files}), or start another worker.`
      : first && first.ms > workMs * MOST_OF_WORK
        ? `Have rows for ${first.table} come in fewer files: those of one table are loaded one after the other, whatever \`parallel.files\` says.`
        : `See with \`longshore drop health ${folder}\` whether the folder was paused or lacked a worker: \`parallel.files\` (now ${files}) is not what held files up.`;
  return { kind: 'waiting', message, next };
};

const failures: Judge = ({ failed, failedPercent = 0, loaded, skipped, folder }) =>
  failedPercent <= FAILED_PERCENT
    ? undefined
    : {
        kind: 'failures',
        message: `${failed} of ${loaded + failed + skipped} files failed (${failedPercent}%).`,
        next: `See with \`longshore drop errors ${folder}\` what they have in common; what the sender cannot mend, \`format\`, \`columns\` and \`tolerance\` may.`,
      };

const stagedFiles: Judge = ({ direct, staged, tables }, settings) => {
  const detours = tables.flatMap(({ table, staged: files, detour }) =>
    detour && files > 0 ? [{ table, files, detour }] : [],
  );
  // Targets that never load in one step have nothing to be warned of.
  const worst = detours.filter(({ detour }) => LOADS_DIRECTLY.has(detour.targetKind)).toSorted((a, b) => b.files - a.files)[0]; // prettier-ignore
  const stagedPercent = percentOf(staged, direct + staged) ?? 0;
  if (!worst || direct + staged < STAGED_FILES || stagedPercent <= STAGED_PERCENT) return undefined;
  return {
    kind: 'staged',
    message: `${staged} of ${direct + staged} small files (${stagedPercent}%) were loaded by way of a staging table, which takes several times as long as one step; most of them into ${worst.table}.`,
    next: straight(worst, settings),
  };
};

const LOADS_DIRECTLY: ReadonlySet<string> = new Set(['postgres']);

function straight({ table, detour }: { table: string; detour: Detour }, { verify }: PerformanceSettings): string {
  if (detour.verify === 'fingerprint' && verify === 'fingerprint')
    return 'Set `verify` to `aggregates`: fingerprints are read back from a staging table.';
  if (detour.mode === 'append' && detour.tableRows > MAX_APPENDED_TO)
    return `Collect rows for ${table} in fewer, larger files: adding to a table of more than ${MAX_APPENDED_TO.toLocaleString('en')} rows takes a staging table.`;
  return `Take triggers, foreign keys, policies, identity columns and partitions off ${table} if they can be spared: nothing may hang on a table that is loaded in one step.`;
}

const perSecond = (amount: number, ms: number): number | undefined => (ms > 0 ? amount / (ms / 1000) : undefined);

const percentOf = (part: number, whole: number): number | undefined =>
  whole > 0 ? Math.round((part / whole) * 1000) / 10 : undefined;

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** To the tenth of a second, above a minute to the second. */
const time = (ms: number): string => {
  const step = ms < 1000 ? 1 : ms < 60_000 ? 100 : 1000;
  const exact = Math.round(ms / step) * step;
  return exact >= 1000 && exact < 60_000 ? `${exact / 1000}s` : formatDuration(exact);
};
