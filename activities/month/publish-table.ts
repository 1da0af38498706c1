import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import type { MonthFileRecord } from '../../catalog/month';
import type { Warehouse, WarehouseTable } from '../../connectors/warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import { dayText } from '../../core/quality/calendar/days';
import { judge } from '../../core/quality/judge';
import { mergeDays } from '../../core/quality/merge-days';
import type { DayRange } from '../../core/types/month';
import type { QualityFacts } from '../../core/types/quality';
import { monthCondition } from '../../core/warehouse/month-condition';
import { publishStatements } from '../../core/warehouse/publish';
import { withHeartbeat } from '../heartbeat';
import { describeTable, type MonthRef, noTable, modeOf, planOf, tableOf } from './context';
import type { MonthDependencies } from './dependencies';
import { expectedDaysOf } from './judge';
import { note } from './log';

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
          if (isReplace) refuseStrays(staged, deps.expectedDays(ref.month, table.quality.calendar).range, ref.month);
          const replace = isReplace ? monthRows() : undefined;
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

          function monthRows() {
            const column = known?.columns.find(
              ({ name: candidate }) => candidate.toLowerCase() === dateColumnOf().toLowerCase(),
            );
            if (!column) throw noDate();
            const { range } = deps.expectedDays(ref.month, table.quality.calendar);
            return monthCondition(warehouse.kind, column, table.format, range);
          }

          function dateColumnOf(): string {
            if (table.dateColumn === undefined) throw noDate();
            const wanted = table.dateColumn.toLowerCase();
            return (
              Object.entries(table.rename).find(([from]) => from.toLowerCase() === wanted)?.[1] ?? table.dateColumn
            );
          }

          function noDate(): LongshoreError {
            return new LongshoreError(
              'CONFIG_INVALID',
              `Rows of a month can only be replaced by a date: table ${name} of batch ${batch.name} has no \`dateColumn\` that ${known?.ref.name ?? 'its table'} has.`,
              { path: `monthBatches.${batch.name}.tables.${name}.dateColumn` },
            );
          }
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

/**
 * What replaces a month must be of the month: other rows would not give way when it is loaded again, and be there twice.
 * Throws QUALITY_FAILED.
 */
function refuseStrays(files: readonly MonthFileRecord[], { from, to }: DayRange, month: string): void {
  for (const { path, figures } of files) {
    const { days = [], dateNulls = 0, dateInvalid = 0 } = figures ?? {};
    const outside = days.filter(([day]) => day < from || day > to);
    const rows = outside.reduce((sum, [, count]) => sum + count, dateNulls + dateInvalid);
    const [first] = outside;
    if (rows > 0)
      throw new LongshoreError(
        'QUALITY_FAILED',
        `${path} is to replace ${month}, but ${rows === 1 ? 'one of its rows is' : `${rows} of its rows are`} not of that month${first ? ` (the first day is ${dayText(first[0])})` : ''}: they would be there twice when the month is loaded again.`,
        { file: path },
        { next: 'Take these rows out of the file, or load it with `load: append`. Nothing was changed.' },
      );
  }
}

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
