/** The internal stage of a warehouse: parts wait there to be copied. */
import { link, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { StageArea, StageFile } from '../warehouse';
import { isConnectionLoss, isSessionGone, toSnowflakeError } from './errors';
import type { SnowflakeSessions } from './sessions';
import { literal, stagePlace } from './sql';

const PARALLEL = 4;

export interface Stage extends StageArea {
  /** As Snowflake folds it. */
  readonly name: string;
}

export function openStage(sessions: SnowflakeSessions, stageName: string): Stage {
  const name = stageName.toUpperCase();
  let made: Promise<void> | undefined;
  /** Not every server lists a part of a stage. */
  let listsPaths = true;

  async function make(): Promise<void> {
    try {
      await sessions.run({ sql: `CREATE STAGE IF NOT EXISTS ${name}` });
    } catch (error) {
      // Who may not make one may still use one.
      if (!(error instanceof LongshoreError && error.code === 'PERMISSION_DENIED')) throw error;
    }
  }

  const ready = async (): Promise<void> => {
    made ??= make();
    await made.catch((error: unknown) => {
      made = undefined;
      throw error;
    });
  };

  async function read(path: string): Promise<StageFile[]> {
    const { columns, rows } = await sessions.run({ sql: `LIST ${stagePlace(name, path)}` });
    const at = (wanted: string): number => columns.findIndex((column) => column.toLowerCase() === wanted);
    const [nameAt, sizeAt] = [Math.max(at('name'), 0), Math.max(at('size'), 1)];
    return rows.map((row) => ({ name: withoutStage(String(row[nameAt]), name), bytes: Number(row[sizeAt]) }));
  }

  async function list(prefix: string): Promise<StageFile[]> {
    await ready();
    if (listsPaths && prefix !== '')
      try {
        return (await read(prefix)).filter((file) => file.name.startsWith(prefix));
      } catch (error) {
        if (isConnectionLoss(error)) throw error;
        listsPaths = false;
      }
    return (await read('')).filter((file) => file.name.startsWith(prefix));
  }

  return {
    name,
    list,
    async put(localFile, target, { signal, progress }) {
      const { size } = await stat(localFile);
      const folder = target.slice(0, target.lastIndexOf('/') + 1);
      const known = (await list(folder)).find((file) => file.name === target);
      const isThere = known !== undefined && sameSize(known.bytes, size);
      if (!isThere) await withName(resolve(localFile), basename(target), async (file) => upload(file, folder, signal));
      if (progress) Atomics.add(progress, 1, BigInt(size));
      return !isThere;
    },
    async remove(prefix) {
      const files = await list(prefix);
      if (files.length === 0) return 0;
      await sessions.run({ sql: `REMOVE ${stagePlace(name, prefix)}` });
      for (const file of await list(prefix)) await sessions.run({ sql: `REMOVE ${stagePlace(name, file.name)}` });
      return files.length;
    },
  };

  async function upload(file: string, folder: string, signal?: AbortSignal): Promise<void> {
    const options = `SOURCE_COMPRESSION = ${compressionOf(file)} AUTO_COMPRESS = FALSE OVERWRITE = TRUE PARALLEL = ${PARALLEL}`;
    const sql = `PUT ${literal(`file://${file.replaceAll('\\', '/')}`)} ${stagePlace(name, folder)} ${options}`;
    try {
      await sessions.run({ sql }, signal && { signal });
    } catch (error) {
      throw uploadError(error, file);
    }
  }
}

/** What the storage of the stage says arrives as an error without a number. */
function uploadError(error: unknown, file: string): LongshoreError {
  const known = toSnowflakeError(error, { place: { file } });
  if (known.code !== 'INTERNAL' || isSessionGone(error)) return known;
  return new LongshoreError(
    'STAGE_UPLOAD_FAILED',
    `The part could not be uploaded: ${known.message}`,
    { file },
    { cause: error },
  );
}

/** Uploads are encrypted in blocks of 16 bytes, the last of which is filled up. */
export const sameSize = (staged: number, local: number): boolean =>
  staged === local || staged === (Math.floor(local / 16) + 1) * 16;

/** `LIST` names a file with its stage in front, in lower case. */
const withoutStage = (path: string, stage: string): string =>
  path.toLowerCase().startsWith(`${stage.toLowerCase()}/`) ? path.slice(stage.length + 1) : path;

const compressionOf = (file: string): string =>
  file.endsWith('.zst') ? 'ZSTD' : file.endsWith('.gz') ? 'GZIP' : 'AUTO_DETECT';

/** A file in the stage is called as it is on disk, so one with another name gets this one for the time being. */
async function withName(file: string, name: string, work: (file: string) => Promise<void>): Promise<void> {
  if (basename(file) === name) return work(file);
  const folder = await mkdtemp(join(tmpdir(), 'longshore-put-'));
  const named = join(folder, name);
  try {
    await link(file, named).catch(async () => symlink(join(dirname(file), basename(file)), named));
    await work(named);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
