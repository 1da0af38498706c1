/** The file as a target. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { TargetDatabase } from '../connector';
import { stagedAggregates } from './aggregates';
import { cleanup } from './cleanup';
import { addColumnSql, createTableSql } from './ddl';
import { finish } from './finish';
import { fileExists, type FileSettings } from './instance';
import { describeTables, referencingKeys } from './introspect';
import { loadPart } from './load';
import { countOrphans } from './orphans';
import { publish, publishedMark } from './publish';
import { planReadBack, readBack } from './read-back';
import { withReading } from './snapshot';
import { qualified } from './sql';
import { makeFolder, resetStaging, tableFolder } from './staging';
import { chooseStrategy } from './strategy';

export function openTarget(settings: FileSettings): TargetDatabase {
  return {
    chooseStrategy: async (table, wish) => {
      const incoming =
        table && (await fileExists(settings.path))
          ? await withReading(settings, async (session) => referencingKeys(session, [table.ref]))
          : [];
      return chooseStrategy(table, wish, incoming);
    },
    addColumnSql,
    createTableSql,
    prepare: async (request) => makeFolder(await tableFolder(settings, request)),
    openWireLoad: async () => undefined,
    loadPart: async (request, progress, signal) => loadPart(settings, request, progress, signal),
    finish: async (request, signal) => finish(settings, request, signal),
    aggregates: async (request, signal) => stagedAggregates(settings, request, signal),
    planReadBack: async (request, partBytes) => planReadBack(settings, request, partBytes),
    readBack: async (request, stage, signal) => readBack(settings, request, stage, signal),
    countOrphans: async (request, signal) => countOrphans(settings, request, signal),
    reset: async (request) => resetStaging(await tableFolder(settings, request)),
    publish: async (request, signal) => publish(settings, request, signal),
    publishedMark: async (runId) =>
      (await fileExists(settings.path))
        ? withReading(settings, async (session) => publishedMark(session, settings, runId))
        : undefined,
    cleanup: async (runId) => cleanup(settings, runId),
    countRows: async (ref) =>
      withReading(settings, async (session) => {
        const [found] = await describeTables(session, [ref]);
        if (found === undefined)
          throw new LongshoreError(
            'TABLE_NOT_FOUND',
            `The DuckDB file ${settings.path} has no table ${tableId(ref)}.`,
            { table: tableId(ref) },
          );
        return session.count(`SELECT count(*) FROM ${qualified(ref)}`);
      }),
  } satisfies TargetDatabase;
}
