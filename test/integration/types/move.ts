/** One table through planning, reading, loading, verification and publishing, by the code that a run of a set executes. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { MovedPart } from '../../../activities/dependencies';
import { columnPairs, partChecks, readRequest } from '../../../activities/transfer/parts';
import { typeSystemFor } from '../../../connectors/registry';
import { effectiveSet } from '../../../core/config/effective-set';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { planSet } from '../../../core/plan/set-plan';
import type { TableCandidate } from '../../../core/plan/table-plan';
import { tableId, type TableRef } from '../../../core/types/table';
import type { TablePlan } from '../../../core/types/transfer';
import { compareFigures, verdictError } from '../../../core/verify/compare-aggregates';
import { mergeFigures } from '../../../core/verify/figures';
import { addFingerprints, fingerprintError } from '../../../core/verify/fingerprint';
import { orphanError, referencesToCheck } from '../../../core/verify/references';
import type { DatabaseEnvironment } from '../../../schemas/environment';
import { transferSetSchema, type TableOptions } from '../../../schemas/transfer-set';
import work, { type DatabaseWork, type JobOutcome } from '../../../worker/threads/job';
import type { Side } from './sides';

export interface MoveTable {
  source: string;
  target: string;
  options?: TableOptions;
}

export interface MoveOptions {
  /** Rows are loaded while they are read, where the two databases can; else from files. */
  alongside?: boolean;
}

export interface Moved {
  plans: TablePlan[];
  /** Columns of which no figure of the values could be compared. */
  notCompared: string[];
}

/** Moves tables as one set. Throws what a run would report, after which nothing of it is left in the target. */
export async function move(
  source: Side,
  target: Side,
  tables: MoveTable[],
  { alongside = false }: MoveOptions = {},
): Promise<Moved> {
  const { tables: plans } = await planOf(source, target, tables);
  const folder = await mkdtemp(join(tmpdir(), 'longshore-move-'));
  const runId = `types ${randomBytes(4).toString('hex')}`;
  try {
    const snapshot = await source.database.source.openSnapshot();
    const staged: { plan: TablePlan; rows: number; notCompared: string[] }[] = [];
    try {
      for (const [index, plan] of plans.entries()) {
        const files = join(folder, String(index));
        staged.push(await stage({ source, target, plan, runId, files, snapshot: snapshot.token, alongside }));
      }
    } finally {
      await snapshot.close();
    }
    await checkReferences(target, plans, runId);
    await target.database.target.publish({
      runId,
      tables: staged.map(({ plan, rows }) => ({ plan, rows })),
      lockTimeoutMs: 5000,
    });
    return { plans, notCompared: staged.flatMap(({ notCompared }) => notCompared) };
  } finally {
    await target.database.target.cleanup(runId);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The plan as planning makes it from the answers of both databases. */
export async function planOf(source: Side, target: Side, tables: MoveTable[]) {
  const from = source.database;
  const to = target.database;
  const set = effectiveSet(
    'types',
    transferSetSchema.parse({
      from: 'source',
      to: 'target',
      verify: 'fingerprint',
      references: 'stop',
      tables: tables.map(({ options }, index) => ({ [`any.t${index}`]: options ?? {} })),
    }),
  );
  const candidates: TableCandidate[] = [];
  for (const [index, table] of tables.entries()) {
    const settings = set.entries[index]!.options;
    const [schema] = await from.describeTables([refOf(source, table.source)]);
    if (!schema) throw new Error(`no table ${table.source}`);
    const targetRef = refOf(target, table.target);
    const [found] = await to.describeTables([targetRef]);
    if (settings.where !== undefined) await from.source.checkFilter(schema, { where: settings.where });
    const { strategy, reason } = await to.target.chooseStrategy(found, {
      mode: settings.mode,
      targetRef,
      estimatedRows: 1000,
    });
    candidates.push({
      entry: tableId(schema.ref),
      byWildcard: false,
      settings,
      source: schema,
      targetRef,
      target: found,
      rows: { count: schema.estimatedRows, exact: false },
      strategy,
      strategyReason: reason,
      samples: {},
    });
  }
  const types = typeSystemFor(to.kind);
  const plan = planSet({
    set: 'types',
    publish: 'set',
    atomicSet: to.capabilities.atomicSet,
    parallelTables: 1,
    tables: candidates,
    from: 'source',
    fromKind: from.kind,
    toKind: to.kind,
    to: { name: 'target', readOnly: false, protectedTables: [] },
    sameDatabase: source === target,
    now: new Date(0),
    timeZone: 'UTC',
    hasMaskKey: false,
    readable: (nativeType) => typeSystemFor(from.kind).logical(nativeType),
    types: {
      fits: (column, nativeType) => types.fits(column, nativeType),
      nativeType: (column, kind) => types.nativeType(column, kind),
      addColumnSql: (table, column) => to.target.addColumnSql(table, column),
    },
  });
  for (const each of plan.tables) if (!each.target) to.target.createTableSql(each);
  // As it comes back from the catalog.
  return JSON.parse(JSON.stringify(plan)) as typeof plan;
}

const refOf = ({ schema }: Side, name: string): TableRef => ({ schema, name });

interface Stage {
  source: Side;
  target: Side;
  plan: TablePlan;
  runId: string;
  /** Beginning of the names of its files. */
  files: string;
  snapshot: string;
  alongside: boolean;
}

async function stage(all: Stage): Promise<{ plan: TablePlan; rows: number; notCompared: string[] }> {
  const { source, target, plan, runId, snapshot } = all;
  const request = readRequest(plan, snapshot);
  const to = target.database.target;
  const ranges = await source.database.source.planRanges({ ...request, schema: plan.source }, plan.partBytes);
  await to.prepare({ runId, plan });
  const parts: MovedPart[] = [];
  for (const [part, range] of ranges.entries()) parts.push(await movePart(all, part, range));
  await to.finish({ runId, plan });
  const id = tableId(plan.targetRef);
  const rows = parts.reduce((sum, { part }) => sum + part.rows, 0);
  const figures = parts.flatMap(({ part }) => (part.figures ? [part.figures] : []));
  const between = figures.length === 0 ? undefined : figures.reduce((sum, each) => mergeFigures(sum, each));
  const { verdict } = compareFigures(
    {
      source: await source.database.source.aggregates(request),
      ...(between && { parts: { rows: String(rows), columns: between } }),
      target: await to.aggregates({ runId, plan }),
    },
    plan.columns,
  );
  const mismatch = verdictError(id, verdict) ?? fingerprintError(id, await fingerprints(all, parts));
  if (mismatch) throw mismatch;
  const notCompared = verdict.columns.filter((column) => column.verdict === 'not-compared');
  return { plan, rows, notCompared: notCompared.map((column) => column.source) };
}

async function movePart(
  { source, target, plan, runId, files, snapshot, alongside }: Stage,
  part: number,
  range: Parameters<Side['database']['source']['extractPart']>[0]['range'],
): Promise<MovedPart> {
  const file = `${files}-${part}.parquet`;
  const { codec, codecLevel, batchRows } = plan;
  const { moved } = await inThread(source.environment, {
    extract: { ...readRequest(plan, snapshot), range, file, codec, codecLevel, batchRows },
    checks: partChecks(plan, { types: typeSystemFor }),
    ...(alongside && { alongside: { environment: target.environment, request: { runId, plan, part, snapshot } } }),
  });
  if (!moved) throw new Error('A part was read and nothing said of it.');
  if (moved.staged === 'no') {
    const { rows, sha256, columns } = moved.part;
    await inThread(target.environment, { load: { runId, plan, part, file, sha256, rows, columns } });
  }
  return moved;
}

async function fingerprints({ target, plan, runId }: Stage, parts: MovedPart[]) {
  const pairs = columnPairs(plan, { types: typeSystemFor });
  const found: string[] = [];
  for (const range of await target.database.target.planReadBack({ runId, plan }, plan.partBytes)) {
    const readBack = { runId, plan, range, batchRows: plan.batchRows };
    const { readBack: answer } = await inThread(target.environment, { readBack, pairs });
    found.push(answer?.fingerprint ?? '');
  }
  return { source: addFingerprints(parts.map(({ part }) => part.fingerprint ?? '')), target: addFingerprints(found) };
}

/** What a mover thread does, in this one. */
async function inThread(
  environment: DatabaseEnvironment,
  task: DatabaseWork['task'],
): Promise<Extract<JobOutcome, { ok: true }>> {
  const { port1, port2 } = new MessageChannel();
  try {
    const outcome = await work({
      work: { environment, options: { applicationName: 'longshore test', poolSize: 2, memoryLimit: '1GB' }, task },
      progress: new SharedArrayBuffer(16),
      abort: port2,
    });
    if (outcome.ok) return outcome;
    const { code, message, place } = outcome.error;
    throw new LongshoreError(code, message, place);
  } finally {
    port1.close();
  }
}

async function checkReferences({ database }: Side, plans: TablePlan[], runId: string): Promise<void> {
  for (const plan of plans) {
    for (const { key, parent } of referencesToCheck(plan, plans)) {
      const request = { runId, child: plan, key, ...(parent && { parent }) };
      const { orphans, samples } = await database.target.countOrphans(request);
      const finding = { key: key.name, columns: key.columns, to: tableId(key.to), orphans, samples };
      if (orphans > 0) throw orphanError(tableId(plan.targetRef), finding);
    }
  }
}
