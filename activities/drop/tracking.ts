import type { FileOutcome, FileState, TrackingEntry } from '../../core/types/drop';
import type { TableRef } from '../../core/types/table';
import { tableId } from '../../core/types/table';
import { join } from 'node:path';
import type { DropFile } from '../../catalog/drop-files';
import type { Database } from '../../connectors/connector';
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

/** The row that says how it ended, and for a reference table that it is one. */
export async function endTracking(
  database: Database,
  context: FolderContext,
  file: DropFile,
  outcome: Pick<FileOutcome, 'state' | 'error'>,
  now: Date,
): Promise<void> {
  await ensureTarget(database, context);
  const isReference = file.dataset === 'reference';
  const { state, error } = outcome;
  if (isReference && state === 'loaded' && file.plan) {
    const { schema, name } = file.plan.table.targetRef;
    await database.reference.recordReference(context.referenceConfig, {
      schemaName: schema,
      tableName: name,
      loadType: file.loadType,
      sourceFile: file.path.slice(file.path.lastIndexOf('/') + 1),
    });
  }
  await tracked(database, context, {
    ...entryOf(context, file, state),
    referenceConfigInserted: isReference && state === 'loaded',
    ...(state !== 'watching' && { processedAt: now }),
    ...(error && { errorMessage: `${error.code}: ${error.message}` }),
  });
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
