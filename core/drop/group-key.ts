/** What the configuration says for some files of a folder, and which files must wait for one another. */
import { tableNameOf } from '../file/table-name';
import { matchesPattern } from '../plan/pattern';

/** The rule that holds for a name: the first that fits. Capitals do not matter, as they do not on many disks. */
export const ruleFor = <R extends { match: string }>(name: string, rules: readonly R[]): R | undefined =>
  rules.find((rule) => matchesPattern(rule.match, name, true));

export interface GroupSettings {
  /** Schema of tables that are named without one. */
  schema: string;
  files: readonly { match: string; table?: string | undefined }[];
}

/**
 * `schema.table`, in small letters, that a file is for, as its name or a rule says: files of one group are loaded one
 * after the other. A name that stands for no table is a group of its own.
 */
export function groupKeyOf(name: string, { schema, files }: GroupSettings): string {
  try {
    const table = ruleFor(name, files)?.table ?? tableNameOf(name);
    return (table.includes('.') ? table : `${schema}.${table}`).toLowerCase();
  } catch {
    return `file ${name}`;
  }
}
