import type { DropFolderProgress } from './messages';

/** The Markdown that the Temporal Web UI shows of a folder that is watched. */
export function folderDetails(state: DropFolderProgress): string {
  const { status, watching, ready, running, loaded, failed, skipped, rows, lastScanAt, problems, error } = state;
  const head = `**${status}** · ${loaded} loaded, ${failed} failed, ${skipped} skipped · ${rows.toLocaleString('en')} rows · in work ${running.length}, ready ${ready}, settling ${watching} · last look ${lastScanAt ?? 'never'}`;
  return [
    head,
    ...(error ? [`- ${error.code} — ${error.message}`] : []),
    ...running.slice(0, 10).map(({ path }) => `- in work: ${path}`),
    ...problems.slice(0, 10).map(({ path, message }) => `- ${path}: ${message}`),
  ].join('\n');
}
