/**
 * Where rows wait for their publication: a folder next to the target file, with a small DuckDB file for each loaded
 * part. The target itself stays closed and readable meanwhile, parts load side by side (in threads or processes), and
 * a part is there if and only if its file has its final name.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { tableId } from '../../core/types/table';
import type { StagingRequest } from '../connector';
import { mapError } from './errors';
import { truePath, type FileSettings, type Session } from './instance';
import { ident, literal } from './sql';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** The table in each staged file. */
export const STAGED_TABLE = 'staged';

/** Folder of a run: the same for every attempt, next to the file that it will be published into. */
export async function runFolder(settings: FileSettings, runId: string): Promise<string> {
  const path = await truePath(settings.path);
  return join(dirname(path), `${basename(path)}.longshore-${hash(runId)}`);
}

export const tableFolder = async (settings: FileSettings, { runId, plan }: StagingRequest): Promise<string> =>
  join(await runFolder(settings, runId), hash(tableId(plan.targetRef)));

/** Name of a part's file; the content is part of it, so that a part read anew is not taken for the old one. */
export const partName = (part: number, sha256: string): string =>
  `part-${String(part).padStart(6, '0')}-${sha256.slice(0, 16)}.duckdb`;

const PART = /^part-(\d+)-[0-9a-f]+\.duckdb$/;

/** Makes the folder of a table's parts. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw mapError(error, { file: folder });
  });
}

/** Files of the parts that are completely loaded, in order. */
export async function stagedParts(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => PART.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Removes other versions of a part, read before its source changed. */
export async function removeOlder(folder: string, part: number, keep: string): Promise<void> {
  const parts = await stagedParts(folder);
  const old = parts.filter((file) => Number(PART.exec(basename(file))?.[1]) === part && basename(file) !== keep);
  await Promise.all(old.map(async (file) => rm(file, { force: true })));
}

/** Attaches staged files for reading and answers the table of each, ready for FROM. */
export async function attachParts(session: Session, files: string[], prefix: string): Promise<string[]> {
  const tables: string[] = [];
  for (const [index, file] of files.entries()) {
    const alias = ident(`${prefix}_${index}`);
    await session.run(`ATTACH ${literal(file)} AS ${alias} (READ_ONLY)`);
    tables.push(`${alias}.main.${STAGED_TABLE}`);
  }
  return tables;
}

/** All staged rows as one relation with the columns named. */
export const unionAll = (tables: string[], columns: string, emptyFrom: string): string =>
  tables.length === 0
    ? `(SELECT ${columns} FROM ${emptyFrom} WHERE false)`
    : `(${tables.map((table) => `SELECT ${columns} FROM ${table}`).join(' UNION ALL ')})`;

/** Throws away what is staged of one table. */
export async function resetStaging(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await makeFolder(folder);
}
