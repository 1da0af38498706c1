import type { MonthTableEntry } from '../../schemas/month-batch';
import type { GeneratedDefinition } from './generate';

/** Definitions of several files as tables of one batch: those of the same table and columns become one with all patterns. */
export function joinDefinitions(found: readonly GeneratedDefinition[]): {
  tables: Record<string, MonthTableEntry>;
  notes: string[];
} {
  const tables = new Map<string, MonthTableEntry>();
  const notes: string[] = [];
  for (const { name, entry, notes: own } of found) {
    const same = [...tables].find(([known, other]) => isOf(known, name) && columnsOf(other) === columnsOf(entry));
    if (same) {
      const files = [...new Set([same[1].files ?? [], entry.files ?? []].flat())];
      tables.set(same[0], { ...same[1], files: files.length === 1 ? (files[0] ?? '') : files });
      continue;
    }
    const free = freeName(name, tables);
    if (free !== name) notes.push(`Files of \`${name}\` have different columns: \`${free}\` is a table of its own.`);
    tables.set(free, entry);
    notes.push(...own.map((note) => `${free}: ${note}`));
  }
  return { tables: Object.fromEntries(tables), notes };
}

/** Whether a name is this one, or was made of it because it was taken. */
const isOf = (known: string, name: string): boolean =>
  known === name || (known.startsWith(`${name}-`) && /^\d+$/.test(known.slice(name.length + 1)));

const columnsOf = ({ columns }: MonthTableEntry): string => JSON.stringify(columns ?? []);

function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
}
