import type { FileOutcome, FileState, TrackingEntry } from '../../core/types/drop';
import type { TableRef } from '../../core/types/table';
import { tableId } from '../../core/types/table';
import { join } from 'node:path';
import type { DropFile } from '../../catalog/drop-files';
import type { Database } from '../../connectors/connector';
import type { Bookkeeping } from '../../connectors/reference-tables';
import type { FolderContext } from './context';
import type { DropDependencies } from './dependencies';

/** What the tracking table calls the states. */
const STATUS: Record<FileState, string> = {
  watching: 'pending',
  ready: 'pending',
  processing: 'processing',
  loaded: 'completed',
  failed: 'error',
  skipped: 'skipped',
  cancelled: 'cancelled',
  vanished: 'vanished',
  retried: 'error',
};

/** Targets whose tables this process has made sure of. */
const ensured = new Map<string, Promise<void>>();

/** Schemas and own tables of the target, made when missing; asked once a process and folder. */
export async function ensureTarget(database: Database, context: FolderContext): Promise<void> {
  const { target, settings, tracking, referenceConfig } = context;
  const key = JSON.stringify([target, settings.schema, tracking, referenceConfig]);
  const known =
    ensured.get(key) ??
    database.reference.ensure({
      schemas: schemasOf(context),
      tracking,
      config: referenceConfig,
    });
  ensured.set(key, known);
  try {
    await known;
  } catch (error) {
    ensured.delete(key);
    throw error;
  }
}

/** Also after a table was dropped behind our back: the next attempt makes it again. */
export const forgetTarget = (): void => ensured.clear();

function schemasOf({ settings, tracking, referenceConfig }: FolderContext): string[] {
  const tables: TableRef[] = settings.files.flatMap(({ table }) => (table?.includes('.') ? [refOf(table)] : []));
  const schemas = [settings.schema, tracking.schema, referenceConfig.schema, ...tables.map(({ schema }) => schema)];
  if (settings.backups.keep > 0) schemas.push(settings.backups.schema);
  return [...new Set(schemas)];
}

const refOf = (text: string): TableRef => ({
  schema: text.slice(0, text.indexOf('.')),
  name: text.slice(text.indexOf('.') + 1),
});

/** The row that says a file is in work. */
export async function startTracking(
  deps: Pick<DropDependencies, 'databases'>,
  context: FolderContext,
  file: DropFile,
): Promise<void> {
  await deps.databases.use(context.target, async (database) => {
    await ensureTarget(database, context);
    await tracked(database, context, entryOf(context, file, 'processing'));
  });
}

/** What is written down of a file that is loaded, for the transaction that makes its rows visible. */
export function bookkeepingOf(context: FolderContext, file: DropFile, now: Date): Bookkeeping {
  const isReference = file.dataset === 'reference';
  const record = isReference ? referenceOf(file) : undefined;
  const entry = { ...entryOf(context, file, 'loaded'), referenceConfigInserted: isReference, processedAt: now };
  return {
    tracking: { ref: context.tracking, entry },
    ...(record && { config: { ref: context.referenceConfig, record } }),
  };
}

/** The row that says how it ended, and for a reference table that it is one. */
export async function endTracking(
  database: Database,
  context: FolderContext,
  file: DropFile,
  outcome: Pick<FileOutcome, 'state' | 'error'>,
  now: Date,
): Promise<void> {
  await ensureTarget(database, context);
  const { state, error } = outcome;
  if (state === 'loaded') {
    const { tracking, config } = bookkeepingOf(context, file, now);
    if (config) await database.reference.recordReference(config.ref, config.record);
    return tracked(database, context, tracking.entry);
  }
  return tracked(database, context, {
    ...entryOf(context, file, state),
    ...(state !== 'watching' && { processedAt: now }),
    ...(error && { errorMessage: `${error.code}: ${error.message}` }),
  });
}

function referenceOf({ plan, loadType, path }: DropFile): NonNullable<Bookkeeping['config']>['record'] | undefined {
  if (!plan) return undefined;
  const { schema, name } = plan.table.targetRef;
  return { schemaName: schema, tableName: name, loadType, sourceFile: path.slice(path.lastIndexOf('/') + 1) };
}

async function tracked(database: Database, context: FolderContext, entry: TrackingEntry): Promise<void> {
  try {
    await database.reference.track(context.tracking, entry);
  } catch (error) {
    forgetTarget();
    throw error;
  }
}

function entryOf({ root }: FolderContext, file: DropFile, state: FileState): TrackingEntry {
  const { plan } = file;
  return {
    filePath: join(root, file.path),
    fileName: file.path.slice(file.path.lastIndexOf('/') + 1),
    fileSize: file.size,
    ...(file.md5 !== undefined && { fileHash: file.md5 }),
    loadType: file.loadType,
    ...(plan ? { tableName: tableId(plan.table.targetRef) } : file.table !== undefined && { tableName: file.table }),
    ...(plan && {
      detectedDelimiter: plan.format.dialect.delimiter,
      detectedHeaders: JSON.stringify(plan.format.tables[0]?.header ?? []),
    }),
    isReferenceData: file.dataset === 'reference',
    referenceConfigInserted: false,
    status: STATUS[state],
  };
}
