/** How fast a drop folder loads, judged by its own settings. */
import { type FolderPerformance, judgePerformance, type PerformanceSettings } from '../core/drop/performance';
import { parseBytes, parseDuration } from '../core/units';
import { type DropFolder, dropFolderSchema } from '../schemas/drop-folder';
import { type ConfigurationInput, folderSettings } from './configuration';
import type { ClientContext } from './context';
import { watchedVersion } from './drop-watching';

/**
 * Of the files that ended since a moment, or ever. Judged by the configuration given, else by the one that the folder is
 * watched with, else by the latest in the catalog, and by the defaults where none knows the folder.
 */
export async function folderPerformance(
  context: ClientContext,
  folder: string,
  since?: Date,
  configuration?: ConfigurationInput,
): Promise<FolderPerformance> {
  const [figures, settings] = await Promise.all([
    context.catalog.dropFiles.figures(folder, since),
    configuration ? folderSettings(configuration, folder) : knownSettings(context, folder),
  ]);
  return judgePerformance(folder, figures, thresholdsOf(settings));
}

async function knownSettings(context: ClientContext, folder: string): Promise<DropFolder> {
  const { configurations } = context.catalog;
  const watched = (await watchedVersion(context, folder))?.configVersion;
  const stored = watched === undefined ? await configurations.latest() : await configurations.get(watched);
  const folders = (stored?.document as { dropFolders?: Record<string, unknown> } | undefined)?.dropFolders ?? {};
  const parsed = dropFolderSchema.safeParse(Object.hasOwn(folders, folder) ? folders[folder] : undefined);
  return parsed.success ? parsed.data : dropFolderSchema.parse({ path: '.', to: 'anywhere' });
}

const thresholdsOf = ({ parallel, partSize, verify, scan }: DropFolder): PerformanceSettings => ({
  files: parallel.files,
  parts: parallel.parts,
  partBytes: parseBytes(partSize) ?? 0,
  verify,
  intervalMs: parseDuration(scan.interval) ?? 0,
  checks: scan.checks,
});
