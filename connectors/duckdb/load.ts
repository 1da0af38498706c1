/** Loading of one Parquet part into a staged file of its own, every value cast and checked. */
import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { LoadRequest, ProgressCounter } from '../connector';
import { fileFacts, syncFile, syncFolder } from './files';
import { fileExists, withMemory, type FileSettings, type Session } from './instance';
import { ident, literal } from './sql';
import { makeFolder, partName, removeOlder, STAGED_TABLE, tableFolder } from './staging';
import { keyText, maskedNames, withoutValues } from './masked';
import { arrived, sourceOf, unfit } from './types';

/** Loads the part unless it is there. The staged file gets its name when it is complete and on the disk. */
export async function loadPart(
  settings: FileSettings,
  request: LoadRequest,
  progress: ProgressCounter,
  signal?: AbortSignal,
): Promise<void> {
  const place = { table: tableId(request.plan.targetRef), part: request.part };
  const folder = await tableFolder(settings, request);
  const name = partName(request.part, request.sha256);
  const final = join(folder, name);
  const temporary = join(folder, `${name}.${randomUUID()}.tmp`);
  try {
    if (!(await fileExists(final))) {
      await makeFolder(folder);
      await checkFile(request);
      await withMemory(settings, { paths: [request.file], directories: [folder], signal }, async (session) => {
        await session.run(`ATTACH ${literal(temporary)} AS staging`);
        await fill(session, request);
        await session.run('CHECKPOINT staging; DETACH staging');
      });
      await syncFile(temporary);
      await rename(temporary, final);
      await syncFolder(folder);
    }
    await removeOlder(folder, request.part, basename(final));
    Atomics.add(progress, 0, BigInt(request.rows));
    Atomics.add(progress, 1, BigInt((await stat(request.file)).size));
  } catch (error) {
    throw withoutValues(error, request.plan.columns, place);
  } finally {
    await rm(temporary, { force: true });
    await rm(`${temporary}.wal`, { force: true });
  }
}

async function checkFile({ file, sha256, columns, plan }: LoadRequest): Promise<void> {
  const facts = await fileFacts(file).catch((error: unknown) => {
    throw new LongshoreError('PART_CORRUPT', `The staged part ${file} cannot be read.`, { file }, { cause: error });
  });
  if (facts.sha256 !== sha256)
    throw new LongshoreError('PART_CORRUPT', `The staged part ${file} has another checksum than when it was written.`, {
      file,
    });
  if (columns.length !== plan.columns.length)
    throw new LongshoreError(
      'PART_CORRUPT',
      `The staged part ${file} has ${columns.length} columns, the plan has ${plan.columns.length}.`,
      { file },
    );
}

/** Columns of the part by position, whatever they are called in the file. */
const partSql = ({ file, columns }: LoadRequest): string =>
  `read_parquet(${literal(file)}) AS part(${columns.map((_column, index) => `c${index}`).join(', ')})`;

async function fill(session: Session, request: LoadRequest): Promise<void> {
  const { columns, plan, rows, file } = request;
  const targets = plan.columns.map(({ target, targetType }) => `${ident(target)} ${targetType}`);
  await session.run(`CREATE TABLE staging.${STAGED_TABLE} (${targets.join(', ')})`);
  const values = columns.map(({ nativeType, logical }, index) =>
    arrived(`c${index}`, sourceOf(plan, { sourceType: nativeType, logical }), plan.columns[index]?.targetType ?? ''),
  );
  try {
    const loaded = await session.run(
      `INSERT INTO staging.${STAGED_TABLE} SELECT ${values.join(', ')} FROM ${partSql(request)}`,
    );
    if (loaded !== rows)
      throw new LongshoreError('PART_CORRUPT', `The staged part ${file} holds ${loaded} rows, ${rows} were written.`, {
        file,
      });
  } catch (error) {
    throw await explain(session, request, error);
  }
}

/** Finds column and key of the value that the target's type could not hold. */
async function explain(session: Session, request: LoadRequest, error: unknown): Promise<unknown> {
  if (error instanceof LongshoreError && !['VALUE_NOT_REPRESENTABLE', 'QUERY_FAILED'].includes(error.code))
    return error;
  const { plan, columns } = request;
  const table = tableId(plan.targetRef);
  const keyColumns = (plan.target ?? plan.source).primaryKey?.columns ?? [];
  const keys = keyColumns
    .map((name) => plan.columns.findIndex(({ target, source }) => (plan.target ? target : source) === name))
    .filter((index) => index >= 0);
  const keyNames = keys.map((at) => plan.columns[at]?.target ?? '');
  const masked = maskedNames(plan.columns, 'target');
  for (const [index, { nativeType, logical }] of columns.entries()) {
    const type = plan.columns[index]?.targetType ?? '';
    const shown = keys.map((at) => `c${at}::VARCHAR`).join(', ') || '1';
    const lost = unfit(`c${index}`, sourceOf(plan, { sourceType: nativeType, logical }), type);
    const [found] = await session
      .rows(`SELECT ${shown} FROM ${partSql(request)} WHERE ${lost} LIMIT 1`)
      .catch(() => []);
    if (found === undefined) continue;
    const column = plan.columns[index]?.target ?? '';
    const key = keyText(keyNames, Object.values(found), masked);
    const message = `Table ${table}, column ${column}: a value does not fit ${type} exactly${key ? ` (row ${key})` : ''}.`;
    return new LongshoreError(
      'VALUE_NOT_REPRESENTABLE',
      message,
      { table, column, ...(key && { key }) },
      { cause: error },
    );
  }
  return error;
}
