import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import type { MonthFileRecord } from '../../catalog/month';
import type { Warehouse, WarehouseTable } from '../../connectors/warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import { refuseStrays } from '../../core/month/refusals';
import { judge } from '../../core/quality/judge';
import { mergeDays } from '../../core/quality/merge-days';
import type { QualityFacts } from '../../core/types/quality';
import { monthCondition } from '../../core/warehouse/month-condition';
import { publishStatements } from '../../core/warehouse/publish';
import { withHeartbeat } from '../heartbeat';
import { describeTable, type MonthRef, noTable, modeOf, planOf, tableOf } from './context';
import type { MonthDependencies } from './dependencies';
import { expectedDaysOf } from './judge';
import { note } from './log';
import { dateColumnFor } from './table-columns';

/** All staged files of a table and a month, made visible in one transaction. */
export function createPublishTableActivities(deps: MonthDependencies) {
  return {
    /**
     * Judges the month as a whole where it has several files, and publishes: once, whatever happens in between. Throws
     * QUALITY_FAILED, COUNT_MISMATCH, PUBLISH_BLOCKED, and what the warehouse said of a value.
     */
    async publishTable({ table: name, ...ref }: MonthRef & { table: string }): Promise<{ rows: number }> {
      return withHeartbeat(async (signal) => {
        const { batch } = await deps.monthBatch(ref);
        const table = tableOf(batch, name);
        const files = (await deps.catalog.months.files(ref.batchId, ref.month)).filter((file) => file.table === name);
        if (ref.quality !== 'none') await judgeMonth(ref, files);
        if (ref.action === 'check') return { rows: 0 };
        return deps.warehouses.use(ref, async (warehouse) => {
          const known = await describeTable(warehouse, table);
          if (!known) throw noTable(table, batch.to);
          const staged = await unpublished(warehouse, known, files);
          if (staged.length === 0) return { rows: 0 };
          const plans = await Promise.all(staged.map((file) => planOf(deps, { table, file }, known, modeOf(ref))));
          // Rows that this batch has put there itself, e.g. before a late file came, never give way.
          const isFirst = !files.some(({ state }) => state === 'published');
          const isReplace = isFirst && (ref.replace || table.load === 'replace');
          const { range } = deps.expectedDays(ref.month, table.quality.calendar);
          if (isReplace) refuseStrays(staged, range, ref.month);
          const replace = isReplace
            ? monthCondition(warehouse.kind, dateColumnFor(table, known, batch.name), table.format, range)
            : undefined;
          const statements = publishStatements(warehouse.kind, {
            table: known,
            sources: staged.map((file, index) => ({
              staging: warehouse.stagingTable(file.loadId, known),
              columns: plans[index]?.columns ?? [],
            })),
            format: table.format,
            ...(replace && { replace }),
          });
          const rows = staged.map((file) => file.rows ?? 0);
          const total = rows.reduce((sum, count) => sum + count, 0);
          const mark = markOf(staged);
          for (const file of staged) await deps.catalog.months.updateFile(file.id, { publishMark: mark });
          const changed = await warehouse.transaction(
            statements,
            {
              id: mark,
              kind: 'load',
              batch: ref.batch,
              table: known.ref.name,
              month: ref.month,
              rows: total,
              by: userInfo().username,
              files: staged
                .map(({ path }) => basename(path))
                .join(', ')
                .slice(0, 1000),
            },
            {
              signal,
              verify: (counts) => {
                const inserted = counts.slice(counts.length - staged.length);
                if (inserted.some((count, index) => count !== rows[index]))
                  throw new LongshoreError(
                    'COUNT_MISMATCH',
                    `${known.ref.name} took ${inserted.join(' + ')} rows of files with ${rows.join(' + ')}, so nothing was published.`,
                    { table: known.ref.name },
                  );
              },
            },
          );
          for (const file of staged) await settle(warehouse, known, file);
          const removed = replace && changed ? `, ${(changed[0] ?? 0).toLocaleString('en')} old rows gave way` : '';
          await note(
            deps,
            ref.runId,
            'info',
            `${known.ref.name}: ${total.toLocaleString('en')} rows of ${ref.month} published${removed}${changed ? '' : ' (by an earlier attempt)'}`,
          );
          return { rows: total };
        });
      });
    },
  };

  /**
   * Staged files that nobody has published: those of a transaction that an earlier attempt began, and that has happened,
   * are written down as what they are.
   */
  async function unpublished(
    warehouse: Warehouse,
    known: WarehouseTable,
    files: MonthFileRecord[],
  ): Promise<MonthFileRecord[]> {
    const staged = files.filter(({ state }) => state === 'staged');
    const happened = new Map<string, boolean>();
    for (const { publishMark } of staged)
      if (publishMark !== undefined && !happened.has(publishMark))
        happened.set(publishMark, (await warehouse.findMark(publishMark)) !== undefined);
    for (const file of staged) if (happened.get(file.publishMark ?? '')) await settle(warehouse, known, file);
    return staged.filter(({ state }) => state === 'staged');
  }

  async function settle(warehouse: Warehouse, known: WarehouseTable, file: MonthFileRecord): Promise<void> {
    await deps.catalog.months.updateFile(file.id, { state: 'published', finishedAt: deps.now() });
    file.state = 'published';
    await warehouse.dropStaging(file.loadId, known);
  }

  /** What only shows when all files of a month are there: days without rows, and how many rows each day has. */
  async function judgeMonth(ref: MonthRef, files: readonly MonthFileRecord[]): Promise<void> {
    const judged = files.filter(({ qualityId }) => qualityId !== undefined);
    if (judged.length < 2) return;
    const { batch } = await deps.monthBatch(ref);
    const table = tableOf(batch, judged[0]?.table ?? '');
    const expected = expectedDaysOf(deps, table, ref.month, undefined, false);
    if (!expected) return;
    const records = await Promise.all(judged.map(({ qualityId }) => deps.catalog.months.quality(qualityId ?? 0)));
    const facts = records.flatMap((record) => (record?.result.facts ? [record.result.facts] : []));
    if (facts.length === 0) return;
    const merged: QualityFacts = mergeDays(facts, `${judged.length} files of ${ref.month}`);
    const result = judge(merged, daysOnly(table.quality), expected);
    await deps.catalog.months.addQuality({
      batch: ref.batch,
      batchId: ref.batchId,
      table: table.name,
      month: ref.month,
      file: merged.file,
      mode: merged.mode,
      verdict: result.verdict,
      ...(result.score !== undefined && { score: result.score }),
      rows: merged.rows,
      result,
    });
    await note(
      deps,
      ref.runId,
      result.verdict === 'failed' ? 'error' : 'info',
      `${table.name}, ${ref.month}: ${result.sentence}`,
    );
    if (result.verdict === 'failed')
      throw new LongshoreError('QUALITY_FAILED', `${table.name}, ${ref.month}: ${result.sentence}`, {
        table: table.table,
      });
  }
}

type Settings = Parameters<typeof judge>[1];

/** The checks of days alone; the others were made file by file. */
const daysOnly = (settings: Settings): Settings => ({
  ...settings,
  levels: {
    ...settings.levels,
    duplicates: 'off',
    columns: 'off',
    types: 'off',
    widths: 'off',
    nulls: 'off',
    encoding: 'off',
  },
  rules: [],
  minScore: 0,
});

/** The same for the same files, so that a second attempt finds what the first one did. */
const markOf = (files: readonly MonthFileRecord[]): string =>
  createHash('sha256')
    .update(
      files
        .map(({ loadId }) => loadId)
        .toSorted()
        .join(),
    )
    .digest('hex')
    .slice(0, 32);
