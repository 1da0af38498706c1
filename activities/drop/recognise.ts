import { columnNames } from '../../core/file/column-names';
import { tableNameOf } from '../../core/file/table-name';
import { isSmallFile } from '../../core/drop/small';
import { backupName } from '../../core/drop/backup-name';
import { type FileTablePlan, planFileTable } from '../../core/plan/file-plan';
import { maxRows, checkProtected, checkWritable } from '../../core/plan/safety';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FilePlan } from '../../core/types/drop';
import { type TableRef, type TableSchema, tableId } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { DropFile, DropFilePatch } from '../../catalog/drop-files';
import type { Database, ProgressCounter } from '../../connectors/connector';
import type { DatabaseKind } from '../../schemas/constants';
import type { ScannedContent } from '../dependencies';
import { bytesOf, type FolderContext, formatOf, ruleOf, tableRef } from './context';
import type { DropDependencies } from './dependencies';
import { findTable } from './find-table';
import { filePath } from './paths';

/** `found`: what is known of the file now, for whoever writes it down. `skip`: the content was loaded before. */
export type Recognised = { found: Found } & (
  { decision: 'load'; plan: FilePlan; sha256: string } | { decision: 'skip' }
);

export type Found = Pick<DropFilePatch, 'md5' | 'sha256' | 'table' | 'plan' | 'rows' | 'step' | 'rejected'>;

type RecogniseDependencies = Pick<
  DropDependencies,
  'catalog' | 'databases' | 'files' | 'types' | 'environmentRules' | 'now'
>;

/** Below this the reading of a file is a guess. */
const LEAST_CONFIDENCE = 0.3;

/** Columns that a table may have, by kind of database. */
const MAX_COLUMNS: Record<DatabaseKind, number> = { postgres: 1600, mssql: 1024, duckdb: 100_000 };
const MAX_NAME: Record<DatabaseKind, number> = { postgres: 63, mssql: 128, duckdb: 255 };

/**
 * Reads the whole file, finds its table and plans the load. Writes nothing to the target but the widening of columns that
 * the configuration allows. `note` is told what is known as soon as it is, for the case that the rest fails.
 */
export async function recogniseFile(
  deps: RecogniseDependencies,
  context: FolderContext,
  file: DropFile,
  note: (found: Found) => void,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<Recognised> {
  const { settings, root } = context;
  const rule = ruleOf(settings, fileName(file));
  const options = formatOf(settings, fileName(file));
  const path = filePath(root, file.path);
  const identity = { size: file.size, mtimeMs: file.mtimeMs, inode: file.inode };
  // A small file is loaded in one piece, however small parts are to be.
  const markBytes = isSmallFile(file.size) ? Infinity : bytesOf(settings.partSize);
  const [content, hashes] = await Promise.all([
    deps.files.scan({ path, identity, options, markBytes }, progress, signal),
    isSmallFile(file.size) ? undefined : deps.files.hash({ path, identity }, signal),
  ]);
  const { md5, sha256 } = hashes ?? content.hashes ?? (await deps.files.hash({ path, identity }, signal));
  note({ md5, sha256, rows: content.rows, rejected: content.rejectedCount });
  checkContent(file.path, content);
  return deps.databases.use(context.target, async (database) => {
    const kind = database.kind;
    const wanted = rule?.table
      ? tableRef(rule.table, settings.schema)
      : { schema: settings.schema, name: tableNameOf(fileName(file), { maxLength: MAX_NAME[kind] }) };
    const target = await findTable(database, wanted);
    const targetRef = target?.ref ?? wanted;
    const table = tableId(targetRef);
    note({ md5, sha256, rows: content.rows, rejected: content.rejectedCount, table });
    const duplicate = await deps.catalog.dropFiles.duplicateOf({ folder: file.folder, sha256, table, except: file.id });
    const policy = rule?.duplicates ?? settings.duplicates;
    if (duplicate && policy === 'fail') throw duplicateError(file, duplicate, table);
    if (duplicate && policy === 'skip') return { decision: 'skip', found: { md5, sha256, table, rows: content.rows } };
    const plan = await planLoad(deps, context, { file, content, database, target, targetRef });
    const found = { md5, sha256, table, plan, rows: plan.rows, step: 'recognised' } as const;
    note(found);
    return { decision: 'load', plan, sha256, found };
  });
}

interface LoadInput {
  file: DropFile;
  content: ScannedContent;
  database: Database;
  target: TableSchema | undefined;
  targetRef: TableRef;
}

async function planLoad(
  deps: RecogniseDependencies,
  context: FolderContext,
  { file, content, database, target, targetRef }: LoadInput,
): Promise<FilePlan> {
  const { settings } = context;
  const { kind } = database;
  const rule = ruleOf(settings, fileName(file));
  const rules = await deps.environmentRules(context.target);
  const [refused] = [...checkWritable(rules), ...checkProtected(targetRef, rules)];
  if (refused) throw refused;
  const own = [context.tracking, context.referenceConfig].find((table) => isAlike(table, targetRef));
  if (own)
    throw new LongshoreError(
      'PROTECTED_TABLE',
      `${file.path} would go into ${tableId(own)}, in which Longshore itself keeps what becomes of files.`,
      { file: file.path, table: tableId(own) },
      { next: 'Rename the file, or name another table for it under `files`.' },
    );
  const limit = maxRows(undefined, rules);
  if (limit !== undefined && content.rows > limit)
    throw new LongshoreError(
      'MAX_ROWS_EXCEEDED',
      `${file.path} has ${content.rows} rows; ${rules.name} takes ${limit} a table.`,
      {
        file: file.path,
        table: tableId(targetRef),
      },
    );
  if (content.columns.length > MAX_COLUMNS[kind])
    throw new LongshoreError(
      'FILE_TOO_WIDE',
      `${file.path} has ${content.columns.length} columns; a table can have ${MAX_COLUMNS[kind]}.`,
      { file: file.path },
    );
  const types = deps.types(kind);
  const fitted = planFileTable({
    file: fileName(file),
    names: columnNames(
      content.columns.map(({ name }) => name),
      content.columns.length,
      { maxLength: MAX_NAME[kind] },
    ),
    inferred: content.columns,
    target,
    targetRef,
    targetKind: kind,
    policy: rule?.columns ?? settings.columns,
    threshold: settings.match,
    rename: rule?.rename ?? {},
    types: rule?.types ?? {},
    logical: (nativeType) => types.logical(nativeType),
    nativeType: (column, sourceKind) => types.nativeType(column, sourceKind),
    addColumnSql: (table, column) => database.target.addColumnSql(table, column),
  });
  const table = await tablePlan(database, {
    file,
    content,
    fitted,
    target: await widened(database, target, fitted),
    targetRef,
    context,
  });
  const isReplaced = target !== undefined && file.loadType === 'fullload' && settings.backups.keep > 0;
  return {
    format: content.format,
    columns: fitted.fileColumns,
    table,
    marks: content.marks,
    rows: content.rows,
    rejected: content.rejectedCount,
    repaired: content.repairedCount,
    ignored: fitted.ignored,
    ...(isReplaced && {
      backup: {
        schema: settings.backups.schema,
        name: backupName(targetRef.name, deps.now(), { maxBytes: MAX_NAME[kind], id: file.id }),
      },
    }),
    matchPercent: fitted.matchPercent,
    warnings: fitted.warnings,
  };
}

/** The table with the columns made wider that must be, as it is then: a load notices when it is not the one planned for. */
async function widened(
  database: Database,
  target: TableSchema | undefined,
  { widen }: FileTablePlan,
): Promise<TableSchema | undefined> {
  if (target === undefined || widen.length === 0) return target;
  await database.reference.widen(target.ref, widen);
  return (await database.describeTables([target.ref]))[0];
}

async function tablePlan(
  database: Database,
  {
    file,
    content,
    fitted,
    target,
    targetRef,
    context: { settings },
  }: Pick<LoadInput, 'file' | 'content' | 'target' | 'targetRef'> & { fitted: FileTablePlan; context: FolderContext },
): Promise<TablePlan> {
  const mode = file.loadType === 'append' ? 'append' : 'replace';
  const chosen = isSmallFile(file.size)
    ? ({
        strategy: target === undefined ? 'create' : mode === 'append' ? 'append' : 'delete-insert',
        reason: 'The file is small.',
      } as const)
    : await database.target.chooseStrategy(target, { mode, targetRef, estimatedRows: content.rows });
  return {
    source: { ...fitted.source, estimatedRows: content.rows, estimatedBytes: file.size },
    sourceKind: 'duckdb',
    targetKind: database.kind,
    ...(target && { target }),
    targetRef,
    columns: fitted.columns,
    filter: {},
    mode,
    strategy: chosen.strategy,
    strategyReason: chosen.reason,
    schemaPolicy: fitted.evolve.length > 0 ? 'evolve' : 'stop',
    evolve: fitted.evolve,
    verify: settings.verify,
    codec: 'zstd',
    codecLevel: 1,
    partBytes: bytesOf(settings.partSize),
    batchRows: 8192,
    parallel: settings.parallel.parts,
    minPercentOfLast: 0,
    references: 'off',
    warnings: fitted.warnings,
  };
}

const isAlike = (a: TableRef, b: TableRef): boolean => tableId(a).toLowerCase() === tableId(b).toLowerCase();

function checkContent(path: string, content: ScannedContent): void {
  const { format, rows, rejectedCount } = content;
  if (format.confidence < LEAST_CONFIDENCE) {
    const doubts = format.findings.filter(({ confidence }) => confidence < LEAST_CONFIDENCE);
    throw new LongshoreError(
      'FILE_FORMAT_UNCLEAR',
      `${path}: it is not certain how it is to be read. ${doubts.map(({ trait, value, why }) => `For its ${trait}, ${value} was found, but ${why}.`).join(' ')}`,
      { file: path },
    );
  }
  if (rows + rejectedCount === 0)
    throw new LongshoreError('FILE_EMPTY', `${path} has a header and no rows.`, { file: path });
}

const duplicateError = (file: DropFile, duplicate: DropFile, table: string): LongshoreError =>
  new LongshoreError(
    'FILE_DUPLICATE',
    `${file.path} has the content of ${duplicate.path}, which was loaded into ${table} on ${duplicate.finishedAt?.toISOString() ?? 'an earlier day'}.`,
    { file: file.path, table },
  );

const fileName = ({ path }: Pick<DropFile, 'path'>): string => path.slice(path.lastIndexOf('/') + 1);
