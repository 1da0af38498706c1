import { formatBytes } from '../../core/units';
import { isSettled } from '../../core/month/steps';
import type { MonthLoadProgress } from './messages';

/** Files that are shown one by one; a month of many would fill the page. */
const SHOWN = 30;

/** The Markdown that the Temporal Web UI shows of a month while it is under way. */
export function fileDetails({ month, files, paused }: MonthLoadProgress): string {
  const ended = files.filter(({ state }) => isSettled(state)).length;
  const head = `**${month}**${paused ? ' · paused' : ''} · ${ended} of ${files.length} files`;
  const shown = files.filter(({ state }) => state !== 'waiting').slice(-SHOWN);
  const lines = shown.map(({ file, table, state, rows, bytes, verdict, error }) => {
    const counted = rows === undefined ? formatBytes(bytes) : `${rows.toLocaleString('en')} rows`;
    return `- ${file} → ${table}: ${state} · ${counted}${verdict ? ` · checks ${verdict}` : ''}${error ? ` · ${error.code}: ${error.message}` : ''}`;
  });
  return [head, ...lines].join('\n');
}
