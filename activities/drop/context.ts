import { dropRunId } from '../../core/drop/ids';
import { LongshoreError } from '../../core/errors/longshore-error';
import { ruleFor } from '../../core/drop/group-key';
import { parseBytes, parseDuration } from '../../core/units';
import type { FormatOptions } from '../../core/types/file';
import type { TableRef } from '../../core/types/table';
import type { DropFile } from '../../catalog/drop-files';
import type { DropFolder, FileRule } from '../../schemas/drop-folder';
import type { EnvironmentRef } from '../dependencies';
import type { DropDependencies } from './dependencies';

export interface FolderRef {
  folder: string;
  configVersion: number;
}

export interface FolderContext {
  ref: FolderRef;
  /** Whose catalog: another's folder of the same name may load into the same target. */
  installation: string;
  settings: DropFolder;
  /** Absolute. */
  root: string;
  /** Connections are shared by all files of a folder. */
  target: EnvironmentRef;
  tracking: TableRef;
  referenceConfig: TableRef;
}

/** What holds for a folder, in the configuration it is watched with. */
export async function folderContext(
  deps: Pick<DropDependencies, 'dropFolder' | 'catalog'>,
  { folder, configVersion }: FolderRef,
): Promise<FolderContext> {
  const [{ settings, root }, installation] = await Promise.all([
    deps.dropFolder({ folder, configVersion }),
    installationOf(deps.catalog),
  ]);
  return {
    ref: { folder, configVersion },
    installation,
    settings,
    root,
    target: { runId: dropRunId(folder), configVersion, environment: settings.to },
    tracking: tableRef(settings.tracking, settings.schema),
    referenceConfig: tableRef(settings.referenceConfig, settings.schema),
  };
}

const installations = new WeakMap<DropDependencies['catalog'], string>();

/** It never changes, and every step of every file needs it. */
async function installationOf(catalog: DropDependencies['catalog']): Promise<string> {
  const known = installations.get(catalog) ?? (await catalog.installationId());
  installations.set(catalog, known);
  return known;
}

/**
 * What a lifecycle, or the beginning of the names of those of a folder, is called in the target: files of two catalogs
 * can have the same folder, path and number.
 */
export const targetRun = ({ installation }: Pick<FolderContext, 'installation'>, runId: string): string =>
  `${installation}/${runId}`;

/** `schema.table`, or a table alone in `schema`. */
export function tableRef(text: string, schema: string): TableRef {
  const dot = text.indexOf('.');
  return dot < 0 ? { schema, name: text } : { schema: text.slice(0, dot), name: text.slice(dot + 1) };
}

/** Settings that the schema has checked: milliseconds, and bytes. */
export const durationOf = (text: string): number => parseDuration(text) ?? 0;
export const bytesOf = (size: number | string): number => parseBytes(size) ?? 0;

/** The rule that holds for the name of a file. */
export const ruleOf = ({ files }: DropFolder, name: string): FileRule | undefined => ruleFor(name, files);

/** What folder and rule say of how a file is read, without the keys that are not set. */
export function formatOf(settings: DropFolder, name: string): FormatOptions {
  const format = { ...settings.format, ...ruleOf(settings, name)?.format };
  return Object.fromEntries(Object.entries(format).filter(([, value]) => value !== undefined));
}

/** The file of a lifecycle. Throws INTERNAL where the catalog has it not. */
export async function dropFile(deps: Pick<DropDependencies, 'catalog'>, fileId: number): Promise<DropFile> {
  const file = await deps.catalog.dropFiles.get(fileId);
  if (!file) throw new LongshoreError('INTERNAL', `The catalog has no file ${fileId}.`);
  return file;
}
