/** Changes of a configuration, as people read them. */
import { stringify } from 'yaml';
import { withoutDefaults } from '../../config/defaults';
import type { Change } from '../../config/diff';
import { parsePath } from '../../config/path';
import type { Colours } from '../core/colours';
import { printable, shorten } from './text';

/**
 * A line for each change of a value, `~ path: before → after`; what is new or gone as a whole is written out below its
 * path. Secrets never show: the changes have none.
 */
export function formatChanges(changes: readonly Change[], colours: Colours): string {
  return changes.map((change) => formatChange(change, colours)).join('\n');
}

function formatChange({ path, before, after }: Change, colours: Colours): string {
  if (before === undefined) return colours.green(`+ ${printable(path)}${whole('+', bare(path, after))}`);
  if (after === undefined) return colours.red(`- ${printable(path)}${whole('-', bare(path, before))}`);
  return colours.yellow(`~ ${printable(path)}: `) + `${short(before)} → ${short(after)}`;
}

/** What somebody decided: settings at their default say nothing to a reader. */
const bare = (path: string, value: unknown): unknown => withoutDefaults(value, parsePath(path) ?? []);

function whole(sign: string, value: unknown): string {
  if (value === null) return '';
  if (typeof value !== 'object') return `: ${short(value)}`;
  const lines = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n');
  return lines.map((line) => `\n${sign}   ${printable(line)}`).join('');
}

const LONGEST = 200;

const short = (value: unknown): string => shorten(printable(JSON.stringify(value) ?? 'nothing'), LONGEST);
