/** The file as a source. */
import type { SourceDatabase } from '../connector';
import { sourceAggregates } from './aggregates';
import { extractPart } from './extract';
import { checkFilter } from './filter';
import { checkExpression } from './expression';
import type { FileSettings, Session } from './instance';
import { hasMask } from './masked';
import { sampleText } from './sample';
import { countSql, planRanges, selectSql } from './ranges';
import { openSnapshot, withReading, withSnapshot } from './snapshot';

export function openSource(settings: FileSettings): SourceDatabase {
  return {
    openSnapshot: async () => openSnapshot(settings),
    checkFilter: async (table, filter) => withReading(settings, async (session) => checkFilter(session, table, filter)),
    checkExpression: async (table, column, sql) =>
      withReading(settings, async (session) => checkExpression(session, table, column, sql)),
    sampleText: async (table, columns, rows) => sampleText(settings, table, columns, rows),
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
        return session.count(countSql(request));
      };
      const access = { inMemoryOnly: hasMask(request.columns) };
      return request.snapshot === undefined
        ? withReading(settings, count, access)
        : withSnapshot(settings, request.snapshot, access, count);
    },
    selectSql,
    planRanges: async (request, partBytes) => planRanges(request, partBytes),
    extractPart: async (request, options) => extractPart(settings, request, options),
    wireFormat: () => undefined,
    aggregates: async (request, signal) => sourceAggregates(settings, request, signal),
    // Either nobody wrote the file in between, or nothing is known.
    unchangedSince: async (request, oldToken, slices) => slices.map(() => oldToken === request.snapshot),
  } satisfies SourceDatabase;
}
