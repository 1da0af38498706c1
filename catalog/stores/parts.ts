import { type Selectable, sql } from 'kysely';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { ColumnAggregate, PartColumn, PartResult, RangeSpec } from '../../core/types/transfer';
import type { PartLedger, PartRecord } from '../catalog';
import { CATALOG_SCHEMA, type CatalogTables, orUndefined } from '../database';
import type { StoreContext } from './store';

/** Slices per INSERT; two arrays are bound whatever their length. */
const BATCH = 5000;
/** A part as it is before it is read. */
const UNREAD = {
  epoch: null,
  rows: null,
  bytes: null,
  sha256: null,
  columns: null,
  figures: null,
  fingerprint: null,
} as const;
const PARTS = sql.table(`${CATALOG_SCHEMA}.parts`);

export function partLedger({ db, attempt }: StoreContext): PartLedger {
  return {
    plan: (runId, tableId, ranges) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          const table = await tx
            .selectFrom('run_tables')
            .select('parts_planned')
            .where('run_id', '=', runId)
            .where('table_id', '=', tableId)
            .forUpdate()
            .executeTakeFirst();
          if (table === undefined) throw unknown(`table ${tableId} in run ${runId}`, tableId);
          if (table.parts_planned !== null) return table.parts_planned;
          for (let at = 0; at < ranges.length; at += BATCH) {
            const slice = ranges.slice(at, at + BATCH);
            const numbers = slice.map((_, index) => at + index);
            const texts = slice.map((range) => JSON.stringify(range));
            await sql`INSERT INTO ${PARTS} (run_id, table_id, part, range)
              SELECT ${runId}, ${tableId}, part, range FROM unnest(${numbers}::int[], ${texts}::json[]) AS slice (part, range)`.execute(
              tx,
            );
          }
          await tx
            .updateTable('run_tables')
            .set({ parts_planned: ranges.length })
            .where('run_id', '=', runId)
            .where('table_id', '=', tableId)
            .execute();
          return ranges.length;
        }),
      ),

    get: (runId, tableId, part) =>
      attempt(async () => {
        const row = await db
          .selectFrom('parts')
          .selectAll()
          .where('run_id', '=', runId)
          .where('table_id', '=', tableId)
          .where('part', '=', part)
          .executeTakeFirst();
        return row && toRecord(row);
      }),

    list: (runId, tableId) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('parts')
          .selectAll()
          .where('run_id', '=', runId)
          .where('table_id', '=', tableId)
          .orderBy('part')
          .execute();
        return rows.map(toRecord);
      }),

    extracted: (runId, tableId, part, epoch, { rows, bytes, sha256, columns, figures, fingerprint }) =>
      attempt(async () => {
        const result = await db
          .updateTable('parts')
          .set({
            epoch,
            rows,
            bytes,
            sha256,
            columns: JSON.stringify(columns),
            figures: figures === undefined ? null : JSON.stringify(figures),
            fingerprint: fingerprint ?? null,
          })
          .where('run_id', '=', runId)
          .where('table_id', '=', tableId)
          .where('part', '=', part)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n)
          throw unknown(`part ${part} of table ${tableId} in run ${runId}`, tableId, part);
      }),

    loaded: (runId, tableId, part) =>
      attempt(async () => {
        const result = await db
          .updateTable('parts')
          .set({ loaded: true })
          .where('run_id', '=', runId)
          .where('table_id', '=', tableId)
          .where('part', '=', part)
          .where('rows', 'is not', null)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n)
          throw unknown(`extracted part ${part} of table ${tableId} in run ${runId}`, tableId, part);
      }),

    renew: (runId, tableId, parts, epoch) =>
      attempt(async () => {
        await db
          .updateTable('parts')
          .set({ epoch })
          .where('run_id', '=', runId)
          .where('table_id', '=', tableId)
          .where('rows', 'is not', null)
          .where(sql<boolean>`part = ANY(${parts}::int[])`)
          .execute();
      }),

    invalidate: (runId, tableId, parts) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          await tx
            .updateTable('parts')
            .set({ ...UNREAD, loaded: false })
            .where('run_id', '=', runId)
            .where('table_id', '=', tableId)
            .where(sql<boolean>`part = ANY(${parts}::int[])`)
            .execute();
          await tx
            .updateTable('parts')
            .set({ loaded: false })
            .where('run_id', '=', runId)
            .where('table_id', '=', tableId)
            .where('loaded', '=', true)
            .execute();
        }),
      ),
  };
}

function unknown(what: string, table: string, part?: number): LongshoreError {
  return new LongshoreError('INTERNAL', `The ledger has no ${what}.`, { table, part });
}

function toRecord(row: Selectable<CatalogTables['parts']>): PartRecord {
  return {
    runId: row.run_id,
    tableId: row.table_id,
    part: row.part,
    range: row.range as RangeSpec,
    epoch: orUndefined(row.epoch),
    result: toResult(row),
    loaded: row.loaded,
  };
}

function toResult({
  rows,
  bytes,
  sha256,
  columns,
  figures,
  fingerprint,
}: Selectable<CatalogTables['parts']>): PartResult | undefined {
  if (rows === null || bytes === null || sha256 === null) return undefined;
  return {
    rows,
    bytes,
    sha256,
    columns: (columns ?? []) as PartColumn[],
    ...(figures !== null && { figures: figures as ColumnAggregate[] }),
    ...(fingerprint !== null && { fingerprint }),
  };
}
