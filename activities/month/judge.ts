import { LongshoreError } from '../../core/errors/longshore-error';
import { dayOf } from '../../core/quality/calendar/days';
import { factsFromFigures } from '../../core/quality/facts';
import { judge } from '../../core/quality/judge';
import type { MonthTable } from '../../core/types/month';
import type { ExpectedDays, QualityFacts, QualityResult, QualityVerdict } from '../../core/types/quality';
import { withHeartbeat } from '../heartbeat';
import { describeTable, fileContext, type FileContext, type MonthFileRef, noTable, modeOf, planOf } from './context';
import type { MonthDependencies } from './dependencies';
import { note } from './log';
import { warehouseFacts } from './warehouse-facts';

export interface Judged {
  verdict: QualityVerdict;
  sentence: string;
  score?: number;
}

/** What was counted of a file, judged. Throws QUALITY_FAILED with the reason in one sentence. */
export function createJudgeActivities(deps: MonthDependencies) {
  return {
    /** By the figures of its parts, its keys and the rules. */
    async judgeFile(ref: MonthFileRef): Promise<Judged> {
      return withHeartbeat(
        async (signal, progress) => {
          const context = await fileContext(deps, ref);
          const { file, table } = context;
          await deps.catalog.months.updateFile(file.id, { state: 'checking' });
          const started = deps.now().getTime();
          const plan = await deps.warehouses
            .use(ref, async (warehouse) => planOf(deps, context, await describeTable(warehouse, table), modeOf(ref)))
            .catch((error: unknown) => {
              // Checking alone needs no warehouse.
              if (ref.action === 'load') throw error;
              return planOf(deps, context, undefined, modeOf(ref));
            });
          const figures = file.figures;
          if (!figures) throw new LongshoreError('INTERNAL', `${file.path} has not been read.`, { file: file.path });
          const parts = await deps.catalog.months.parts(file.id);
          const folder = await deps.loadFolder(file.loadId);
          const duplicates =
            plan.plan.keyColumns.length > 0 && table.quality.levels.duplicates !== 'off'
              ? await deps.files.duplicates(
                  {
                    path: file.path,
                    plan: plan.plan,
                    keyFolder: folder,
                    parts: parts.length,
                    rows: figures.rows,
                  },
                  progress,
                  signal,
                )
              : undefined;
          const { rules } = table.quality;
          const ruleFacts =
            rules.length > 0
              ? await deps.files.rules({ path: file.path, plan: plan.plan, rules }, progress, signal)
              : [];
          const facts = factsFromFigures({
            file: file.path,
            month: ref.month,
            bytes: file.size,
            plan: plan.plan,
            figures,
            header: {
              ...(table.columns && { expected: table.columns }),
              found: plan.plan.columns.map(({ name }) => name),
            },
            ...(duplicates && { duplicates }),
            rules: ruleFacts,
            seconds: (deps.now().getTime() - (file.startedAt?.getTime() ?? started)) / 1000,
          });
          return conclude(context, facts);
        },
        undefined,
        { fileId: ref.fileId },
      );
    },

    /** By SQL on the rows in its staging table. */
    async judgeStaged(ref: MonthFileRef): Promise<Judged> {
      return withHeartbeat(
        async () => {
          const context = await fileContext(deps, ref);
          const { batch, table, file } = context;
          return deps.warehouses.use(ref, async (warehouse) => {
            const known = await describeTable(warehouse, table);
            if (!known) throw noTable(table, batch.to);
            const plan = await planOf(deps, context, known, modeOf(ref));
            const facts = await warehouseFacts(warehouse, {
              staging: warehouse.stagingTable(file.loadId, known),
              table: known,
              columns: plan.plan.columns,
              tableColumns: plan.columns,
              monthTable: table,
              month: ref.month,
              rules: table.quality.rules,
              file: file.path,
              bytes: file.size,
            });
            return conclude(context, {
              ...facts,
              missingColumns: plan.missingColumns,
              unexpectedColumns: plan.unexpectedColumns,
            });
          });
        },
        undefined,
        { fileId: ref.fileId },
      );
    },
  };

  async function conclude(context: FileContext, facts: QualityFacts): Promise<Judged> {
    const { ref, table, file, name } = context;
    const siblings = (await deps.catalog.months.files(ref.batchId, ref.month)).filter(
      (other) => other.table === file.table && other.state !== 'skipped',
    );
    const expected = expectedDaysOf(deps, table, ref.month, file.range, siblings.length > 1);
    const result = judge(facts, table.quality, expected);
    const judged = await record(context, facts.mode, result);
    await note(deps, ref.runId, LEVELS[result.verdict], `${name}: ${result.sentence}`, { score: result.score ?? null });
    if (result.verdict === 'failed')
      throw new LongshoreError(
        'QUALITY_FAILED',
        `${name} did not pass its checks: ${result.sentence}`,
        { file: file.path, table: table.table },
        {
          next: `See \`longshore month quality ${ref.batch} --month ${ref.month} --table ${table.name}\`; correct the file, or lower the level of the check if this is as it should be.`,
        },
      );
    return judged;
  }

  async function record(
    { ref, file, table }: FileContext,
    mode: QualityFacts['mode'],
    result: QualityResult,
  ): Promise<Judged> {
    const { verdict, sentence, score } = result;
    const qualityId = await deps.catalog.months.addQuality({
      batch: ref.batch,
      batchId: ref.batchId,
      table: table.name,
      month: ref.month,
      file: file.path,
      mode,
      verdict,
      ...(score !== undefined && { score }),
      rows: result.facts?.rows ?? file.rows ?? 0,
      result,
    });
    await deps.catalog.months.updateFile(file.id, {
      qualityId,
      ...(ref.action === 'check' && { state: 'checked', finishedAt: deps.now() }),
    });
    return { verdict, sentence, ...(score !== undefined && { score }) };
  }
}

const LEVELS = { passed: 'info', warnings: 'warning', failed: 'error', 'not checked': 'info' } as const;

/**
 * Days that a file must have rows of. One of several files of a month is judged by the range in its name, or not at all:
 * the month is judged when all of them are there.
 */
export function expectedDaysOf(
  deps: Pick<MonthDependencies, 'expectedDays'>,
  { expectedRange, dateColumn, quality }: MonthTable,
  month: string,
  range: { from: number; to: number } | undefined,
  isOneOfMany: boolean,
): ExpectedDays | undefined {
  if (dateColumn === undefined || expectedRange === 'none') return undefined;
  if (typeof expectedRange === 'object')
    return deps.expectedDays({ from: dayOf(expectedRange.from), to: dayOf(expectedRange.to) }, quality.calendar);
  if (expectedRange === 'file' || isOneOfMany) return range && deps.expectedDays(range, quality.calendar);
  return deps.expectedDays(month, quality.calendar);
}
