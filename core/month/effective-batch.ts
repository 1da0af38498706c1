/** A batch as it is run: everything filled in, and nothing in it impossible. */
import type { MonthBatchEntry } from '../../schemas/month-batch';
import { LongshoreError } from '../errors/longshore-error';
import { didYouMean, listWords } from '../plan/suggest';
import type { MonthBatch } from '../types/month-batch';
import type { MonthTable } from '../types/month';
import { parseBytes, parseDuration } from '../units';
import { checkBatch } from './check-batch';
import { showPath } from './layers';
import { type BatchFinding, type BatchSource, resolveBatch } from './resolve-batch';

/** Problems that a message lists; the rest is counted. */
const SHOWN = 50;

/** The batch of this name as it is configured. Throws CONFIG_UNKNOWN_NAME with what it may have been meant to be. */
export function requireBatch({ monthBatches }: Pick<BatchSource, 'monthBatches'>, name: string): MonthBatchEntry {
  const batch = Object.hasOwn(monthBatches, name) ? monthBatches[name] : undefined;
  if (batch) return batch;
  const known = Object.keys(monthBatches);
  const hint =
    didYouMean(name, known) || (known.length > 0 ? ` Defined are ${listWords(known)}.` : ' None is defined.');
  throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no month batch \`${name}\`.${hint}`, {
    path: showPath(['monthBatches', name]),
  });
}

/**
 * The batch with inheritance, templates and defaults filled in. Throws CONFIG_UNKNOWN_NAME, and one error for everything
 * that is wrong with it: with the code they share, or CONFIG_INVALID.
 */
export function effectiveBatch(source: BatchSource, name: string): MonthBatch {
  requireBatch(source, name);
  const { batch, findings } = examineBatch(source, name, { isBase: false });
  const problems = findings.filter(({ level }) => level === 'problem');
  if (problems.length > 0) throw batchError(name, problems);
  return batch;
}

/** Every batch that is whole: neither a base that others build on nor one with a problem. */
export function wholeBatches(source: BatchSource): MonthBatch[] {
  return Object.keys(source.monthBatches).flatMap((name) => {
    const { batch, findings } = examineBatch(source, name, { isBase: false });
    return findings.some(({ level }) => level === 'problem') ? [] : [batch];
  });
}

/**
 * The batch as far as it can be made out, and everything that is wrong or doubtful. One that others build on (`isBase`)
 * may leave to them where it goes, what it holds, and by which names.
 */
export function examineBatch(
  source: BatchSource,
  name: string,
  { isBase = isBuiltOn(source, name) }: { isBase?: boolean } = {},
): { batch: MonthBatch; findings: BatchFinding[] } {
  const resolved = resolveBatch(source, name);
  const { value } = resolved.settings;
  const tables = resolved.tables.map(({ table }) => table);
  const findings = [...resolved.findings, ...checkBatch(resolved, source.environments, isBase)];
  return { batch: batchOf(name, value, tables), findings };
}

const isBuiltOn = ({ monthBatches }: BatchSource, name: string): boolean =>
  Object.values(monthBatches).some((batch) => batch.extends === name);

function batchOf(name: string, entry: MonthBatchEntry, tables: MonthTable[]): MonthBatch {
  const { description, basePath, parallel, stage, backups } = entry;
  return {
    name,
    to: entry.to ?? '',
    ...(description !== undefined && { description }),
    ...(basePath !== undefined && { basePath }),
    tables,
    parallel: { months: parallel?.months ?? 2, files: parallel?.files ?? 1, uploads: parallel?.uploads ?? 2 },
    stage: {
      name: stage?.name ?? 'LONGSHORE_STAGE',
      compression: stage?.compression ?? 'zstd',
      level: stage?.level ?? 1,
      partBytes: parseBytes(stage?.partSize ?? '160MB') ?? 160e6,
    },
    ledger: entry.ledger ?? 'LONGSHORE_LEDGER',
    warnAboveBytes: parseBytes(entry.warnAbove ?? '5GB') ?? 5e9,
    backups: {
      ...(backups?.path !== undefined && { path: backups.path }),
      keepMs: parseDuration(backups?.keep ?? '90d') ?? 90 * 86_400_000,
    },
  };
}

function batchError(name: string, problems: readonly BatchFinding[]): LongshoreError {
  const [first] = problems;
  const place = { path: showPath(first?.path ?? ['monthBatches', name]) };
  const code = first && problems.every((problem) => problem.code === first.code) ? first.code : 'CONFIG_INVALID';
  if (first && problems.length === 1) return new LongshoreError(code, first.message, place);
  const lines = problems.slice(0, SHOWN).map(({ path, message }) => `- ${showPath(path)}: ${message}`);
  const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more.`] : [];
  const text = [`The month batch \`${name}\` has ${problems.length} problems.`, ...lines, ...more].join('\n');
  return new LongshoreError(code, text, place);
}
