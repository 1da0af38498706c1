/** DuckDB database files, read and written in this process. */
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { DatabaseEnvironment } from '../../schemas/environment';
import type { Connector, Database, OpenOptions } from '../connector';
import { readOnlyReference, readOnlyTarget } from '../read-only-target';
import { DEFAULT_MEMORY, defaultTempDirectory, fileExists, truePath, withMemory, type FileSettings } from './instance';
import { describeTables, listTables, referencingKeys } from './introspect';
import { openReference } from './reference';
import { withReading } from './snapshot';
import { openSource } from './source';
import { openTarget } from './target';
import { duckdbTypes } from './type-system';

/** A file that does not exist yet is an empty database, as long as its folder exists and it is not read-only. */
export const duckdbConnector = { kind: 'duckdb', types: duckdbTypes, open } satisfies Connector;

async function open(environment: DatabaseEnvironment, options: OpenOptions): Promise<Database> {
  if (environment.kind !== 'duckdb')
    throw new LongshoreError('INTERNAL', `The DuckDB connector was asked to open a ${environment.kind} environment.`);
  const settings: FileSettings = {
    path: await truePath(environment.path),
    memoryLimit: options.memoryLimit ?? DEFAULT_MEMORY,
    tempDirectory: options.tempDirectory ?? defaultTempDirectory(),
    applicationName: options.applicationName,
    stagingSchema: environment.stagingSchema,
  };
  const target = openTarget(settings);
  const reference = openReference(settings);
  const exists = async (): Promise<boolean> => fileExists(settings.path);
  const notThere = (): LongshoreError =>
    new LongshoreError('DATABASE_NOT_FOUND', `There is no DuckDB file ${settings.path}.`, { file: settings.path });
  return {
    kind: 'duckdb',
    capabilities: { atomicSet: true, sharedSnapshot: true, revalidation: true },
    source: openSource(settings),
    target: environment.readOnly ? readOnlyTarget(() => refuseWriting(settings.path)) : target,
    reference: environment.readOnly ? readOnlyReference(reference, () => refuseWriting(settings.path)) : reference,
    ping: async () => {
      const found = await stat(settings.path).catch(() => undefined);
      if (found === undefined && (environment.readOnly || !(await isFolder(dirname(settings.path))))) throw notThere();
      const version = found
        ? await withReading(settings, async (session) => session.value('SELECT version()'))
        : await withMemory(settings, {}, async (session) => session.value('SELECT version()'));
      return {
        product: 'DuckDB',
        version: String(version),
        user: userInfo().username,
        database: basename(settings.path),
        identity: `duckdb:${settings.path}`,
      };
    },
    listTables: async (database) => {
      if (database !== undefined)
        throw new LongshoreError(
          'DATABASE_NOT_FOUND',
          `A DuckDB environment is one file: the tables of a database ${database} cannot be read through ${settings.path}.`,
          { file: settings.path },
          { next: 'Give the other file an environment of its own.' },
        );
      if (!(await exists())) throw notThere();
      return withReading(settings, async (session) => listTables(session, settings.stagingSchema));
    },
    describeTables: async (refs) =>
      (await exists()) ? withReading(settings, async (session) => describeTables(session, refs)) : [],
    referencingKeys: async (refs) =>
      (await exists()) ? withReading(settings, async (session) => referencingKeys(session, refs)) : [],
    // Nothing stays open between calls.
    close: async () => undefined,
  };
}

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

function refuseWriting(path: string): never {
  throw new LongshoreError(
    'READ_ONLY_ENVIRONMENT',
    `The DuckDB file ${path} is marked readOnly, so nothing is written to it.`,
    { file: path },
  );
}
