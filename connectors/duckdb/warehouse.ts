/** A DuckDB file that takes month batches. It is open only while something is done in it; its stage is a folder. */
import { randomUUID } from 'node:crypto';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { StatementReport, WarehouseTable, WarehouseTableRef } from '../../core/types/warehouse';
import type { DuckdbEnvironment } from '../../schemas/environment';
import { localStage } from '../../storage/local-stage';
import type { CopyControl, CopyRequest, Warehouse, WarehouseConnector, WarehouseOptions } from '../warehouse';
import { warehouseTable } from '../warehouse-columns';
import { pickName } from '../warehouse-names';
import { duckdbConnector } from './connector';
import { mapError } from './errors';
import { DEFAULT_MEMORY, defaultTempDirectory, fileExists, truePath, withFile, type FileSettings } from './instance';
import { describeTables, listTables } from './introspect';
import { withReading } from './snapshot';
import { copyParts, dropStagingTable, stagingTable } from './warehouse-copy';
import { exportRows, importRows } from './warehouse-export';
import { findMark, runStatements } from './warehouse-transaction';
import { valueText } from './warehouse-values';

export const duckdbWarehouse = { kind: 'duckdb', open } satisfies WarehouseConnector<DuckdbEnvironment>;

const DEFAULT_SCHEMA = 'main';
const WAIT_MS = 10_000;

/** DuckDB keeps names as they are written, whether quoted or not. */
const fold = (name: string): string => name;

interface OwnStatement extends StatementReport {
  stop: AbortController;
}

async function open(environment: DuckdbEnvironment, options: WarehouseOptions): Promise<Warehouse> {
  const settings: FileSettings = {
    path: await truePath(environment.path),
    memoryLimit: options.memoryLimit ?? DEFAULT_MEMORY,
    tempDirectory: options.tempDirectory ?? defaultTempDirectory(),
    applicationName: options.applicationName,
    stagingSchema: environment.stagingSchema,
  };
  const stage = localStage(options.stageFolder);
  const database = await duckdbConnector.open(environment, options);
  const ownSchema = options.schema ?? DEFAULT_SCHEMA;
  const ledger: WarehouseTableRef = { schema: ownSchema, name: options.ledgerTable };
  const statements = new Map<string, OwnStatement>();

  const refs = async (schema: string): Promise<WarehouseTableRef[]> => {
    if (!(await fileExists(settings.path))) return [];
    const all = await withReading(settings, async (session) => listTables(session, settings.stagingSchema));
    const name = pickName(schema, [...new Set(all.map((ref) => ref.schema))], fold, settings.path);
    return all.filter((ref) => ref.schema === name).map((ref) => ({ schema: ref.schema, name: ref.name }));
  };

  async function describe(name: string, schema = ownSchema): Promise<WarehouseTable | undefined> {
    const found = await refs(schema);
    const meant = pickName(
      name,
      found.map((ref) => ref.name),
      fold,
      `schema ${schema}`,
    );
    const ref = found.find((other) => other.name === meant);
    if (!ref) return undefined;
    const [table] = await withReading(settings, async (session) => describeTables(session, [ref]));
    return table && warehouseTable(table);
  }

  /** Statements have no ids in DuckDB; those given here are known to this process alone. */
  async function copy(request: CopyRequest, { onSubmitted, progress, signal }: CopyControl) {
    const stop = new AbortController();
    const id = `duckdb-${randomUUID()}`;
    const started = performance.now();
    const report: OwnStatement = {
      id,
      state: 'running',
      sql: `COPY ${request.parts.length} parts of ${request.prefix} INTO ${request.table.ref.name}`,
      startedAt: new Date().toISOString(),
      figures: {},
      stop,
    };
    statements.set(id, report);
    const any = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    try {
      await onSubmitted(id);
      const result = await copyParts(settings, stage, request, { progress, signal: any });
      report.state = 'done';
      report.figures = { rows: result.rowsStaged };
      return { ...result, statementId: id };
    } catch (error) {
      report.state = any.aborted ? 'cancelled' : 'failed';
      report.error = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      report.seconds = (performance.now() - started) / 1000;
    }
  }

  const shown = ({ stop: _stop, ...report }: OwnStatement): StatementReport => report;

  return {
    kind: 'duckdb',
    stage,
    ping: async () => {
      const { product, version, user, database: name } = await database.ping();
      return { product, version, user, database: name };
    },
    describe,
    list: async (schema = ownSchema) => refs(schema),
    refFor: (name, schema = ownSchema) => ({ schema, name }),
    compute: async () => ({}),
    query: async ({ sql, binds = [] }, { signal, maxRows } = {}) => {
      if (!(await fileExists(settings.path)))
        throw new LongshoreError('DATABASE_NOT_FOUND', `There is no DuckDB file ${settings.path}.`, {
          file: settings.path,
        });
      // The file is opened for reading: no statement whatever can change it.
      const rows = await withReading(settings, async (session) => session.values(sql, binds, maxRows), { signal });
      return rows.map((row) => row.map(valueText));
    },
    transaction: async (list, mark, { signal, verify } = {}) =>
      runStatements(settings, list, { ledger, mark, signal, verify }),
    execute: async ({ sql, binds }) => {
      await withFile(settings, { mode: 'write', waitMs: WAIT_MS }, async (session) => session.run(sql, binds)).catch(
        (error: unknown) => {
          throw mapError(error);
        },
      );
    },
    copy,
    stagingTable: (loadId, table) => stagingTable(settings, loadId, table),
    dropStaging: async (loadId, table) => {
      if (await fileExists(settings.path)) await dropStagingTable(settings, loadId, table);
    },
    findMark: async (id) => findMark(settings, ledger, id),
    statement: async (id) => {
      const known = statements.get(id);
      return known ? shown(known) : { id, state: 'unknown', figures: {} };
    },
    cancel: async (id) => statements.get(id)?.stop.abort(),
    recentStatements: async (limit) => [...statements.values()].toReversed().slice(0, limit).map(shown),
    exportRows: async (table, where, file, signal) => exportRows(settings, table, where, file, signal),
    importRows: async (table, file, mark, signal) => importRows(settings, ledger, table, file, mark, signal),
    close: async () => {
      for (const { stop } of statements.values()) stop.abort();
      await database.close();
    },
  };
}
