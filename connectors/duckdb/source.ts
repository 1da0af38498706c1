/** The file as a source. */
import type { SourceDatabase } from '../connector';
import { sourceAggregates } from './aggregates';
import { extractPart } from './extract';
import { checkFilter } from './filter';
import type { FileSettings, Session } from './instance';
import { planRanges, rowsSql, selectSql } from './ranges';
import { openSnapshot, withReading, withSnapshot } from './snapshot';

export function openSource(settings: FileSettings): SourceDatabase {
  return {
    openSnapshot: async () => openSnapshot(settings),
    checkFilter: async (table, filter) => withReading(settings, async (session) => checkFilter(session, table, filter)),
    countRows: async (request, exact) => {
      const count = async (session: Session): Promise<number> => {
        const [estimate] = exact
          ? []
          : await session.rows(
              'SELECT estimated_size::BIGINT AS size FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2',
              [request.table.schema, request.table.name],
            );
        const { where, dates, limit } = request.filter;
        // Counting in DuckDB is quick; an estimate is taken only where it needs no look at the rows.
        if (estimate !== undefined && where === undefined && dates === undefined)
          return Math.min(Number(estimate.size), limit ?? Infinity);
        return session.count(`SELECT count(*) FROM ${rowsSql(request)}`);
      };
      return request.snapshot === undefined
        ? withReading(settings, count)
        : withSnapshot(settings, request.snapshot, {}, count);
    },
    selectSql,
    planRanges: async (request, partBytes) => planRanges(request, partBytes),
    extractPart: async (request, progress, signal) => extractPart(settings, request, progress, signal),
    wireFormat: () => undefined,
    aggregates: async (request) => sourceAggregates(settings, request),
    // Either nobody wrote the file in between, or nothing is known.
    unchangedSince: async (request, oldToken, slices) => slices.map(() => oldToken === request.snapshot),
  } satisfies SourceDatabase;
}
