/** What the client needs to know of a configuration document: which sets and folders there are and where they go. */
import { basename } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { LongshoreError } from '../core/errors/longshore-error';
import { matchesPattern } from '../core/plan/pattern';
import type { FormatOptions } from '../core/types/file';
import { type DropFolder, dropFolderSchema } from '../schemas/drop-folder';

/** A configuration with its secrets as references, and the name of the file it came from. */
export interface ConfigurationInput {
  document: unknown;
  source: string;
}

const shape = z.object({
  transferSets: z.record(z.string(), z.object({ from: z.string(), to: z.string() })).default({}),
});

const folderShape = z.object({
  dropFolders: z.record(z.string(), z.object({ path: z.string(), to: z.string() })).default({}),
});

/** Path and target of a drop folder. Throws CONFIG_UNKNOWN_NAME with the nearest name. */
export function folderEnds({ document, source }: ConfigurationInput, folder: string): { path: string; to: string } {
  const parsed = folderShape.safeParse(document);
  const folders: Record<string, { path: string; to: string }> = parsed.success ? parsed.data.dropFolders : {};
  if (Object.hasOwn(folders, folder)) return folders[folder] as { path: string; to: string };
  const names = Object.keys(folders);
  const hint = names.length === 0 ? 'it defines none' : `did you mean ${closest(folder, names)}?`;
  throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no drop folder ${folder} in ${source}: ${hint}`, {
    file: source,
    path: 'dropFolders',
  });
}

/**
 * How files of this name are read, as the folder and the first of its rules that fits the name say. Throws
 * CONFIG_UNKNOWN_NAME; what a document says that is no configuration counts for nothing.
 */
export function formatOptionsOf(configuration: ConfigurationInput, folder: string, path: string): FormatOptions {
  folderEnds(configuration, folder);
  const { dropFolders } = configuration.document as { dropFolders: Record<string, unknown> };
  const parsed = dropFolderSchema.safeParse(dropFolders[folder]);
  if (!parsed.success) return {};
  const { format, files } = parsed.data;
  return { ...format, ...files.find(({ match }) => matchesPattern(match, basename(path), true))?.format };
}

/** All settings of a drop folder, as the document says, and otherwise by default. Throws CONFIG_UNKNOWN_NAME, CONFIG_INVALID. */
export function folderSettings(configuration: ConfigurationInput, folder: string): DropFolder {
  folderEnds(configuration, folder);
  const { dropFolders } = configuration.document as { dropFolders: Record<string, unknown> };
  const parsed = dropFolderSchema.safeParse(dropFolders[folder]);
  if (parsed.success) return parsed.data;
  throw new LongshoreError(
    'CONFIG_INVALID',
    `The drop folder ${folder} in ${configuration.source} is not as it must be: ${parsed.error.issues[0]?.message ?? ''}`,
    { file: configuration.source, path: `dropFolders.${folder}` },
  );
}

const batchShape = z.object({
  monthBatches: z
    .record(z.string(), z.object({ to: z.string().optional(), extends: z.string().optional() }))
    .default({}),
});

/** Target of a month batch, its own or that of the batch it extends. Throws CONFIG_UNKNOWN_NAME with the nearest name. */
export function batchTarget({ document, source }: ConfigurationInput, batch: string): string {
  const parsed = batchShape.safeParse(document);
  const batches = parsed.success ? parsed.data.monthBatches : {};
  const names = Object.keys(batches);
  if (!Object.hasOwn(batches, batch)) {
    const hint = names.length === 0 ? 'it defines none' : `did you mean ${closest(batch, names)}?`;
    throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no month batch ${batch} in ${source}: ${hint}`, {
      file: source,
      path: 'monthBatches',
    });
  }
  let current = batches[batch];
  for (let depth = 0; current && current.to === undefined && depth < names.length; depth++)
    current = current.extends === undefined ? undefined : batches[current.extends];
  if (current?.to !== undefined) return current.to;
  throw new LongshoreError(
    'CONFIG_INVALID',
    `Month batch ${batch} in ${source} does not say where it goes: \`to\` is missing.`,
    {
      file: source,
      path: `monthBatches.${batch}.to`,
    },
  );
}

/** Source and target of a set. Throws CONFIG_UNKNOWN_NAME with the nearest name. */
export function transferEnds({ document, source }: ConfigurationInput, set: string): { from: string; to: string } {
  const parsed = shape.safeParse(document);
  const sets: Record<string, { from: string; to: string }> = parsed.success ? parsed.data.transferSets : {};
  if (Object.hasOwn(sets, set)) return sets[set] as { from: string; to: string };
  const names = Object.keys(sets);
  const hint = names.length === 0 ? 'it defines none' : `did you mean ${closest(set, names)}?`;
  throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no transfer set ${set} in ${source}: ${hint}`, {
    file: source,
    path: 'transferSets',
  });
}
