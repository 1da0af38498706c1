/** How a file is read, from its header, its definition and the table it goes into. */
import { LongshoreError } from '../errors/longshore-error';
import { suggest } from '../plan/suggest';
import type { MonthTable } from '../types/month';
import type { CheckColumn, CheckType } from '../types/quality';
import type { ScanPlan } from '../types/scan';

/** A column of the table, as far as it matters here. */
export interface TableColumn {
  name: string;
  type: CheckType;
  width?: CheckColumn['width'];
  nullable: boolean;
  hasDefault: boolean;
}

export interface FilePlan {
  plan: ScanPlan;
  /** Columns of the table, in the order of the fields; the names of the file where there is no table. */
  columns: string[];
  /** Columns that the definition expects and the file lacks, and the other way round. */
  missingColumns: string[];
  unexpectedColumns: string[];
}

export interface FileQuestion {
  table: MonthTable;
  /** Names in the header; empty where there is none. */
  header: string[];
  /** For messages. */
  file: string;
  /** Of the table in the warehouse; undefined where there is none yet. */
  columns?: readonly TableColumn[];
  isLoad: boolean;
  checks: boolean;
}

/**
 * Names are compared without letter case. Throws MONTH_DEFINITION_MISMATCH where the file cannot be read or loaded by its
 * definition: no names, names twice, no date or key column, or a field that the table has no column for.
 */
export function planFile(question: FileQuestion): FilePlan {
  const { table, header, file, columns: known, isLoad, checks } = question;
  const found = header.length > 0 ? header : (table.columns ?? known?.map(({ name }) => name) ?? []);
  if (found.length === 0)
    throw mismatch(
      file,
      `has no header, and neither its definition ${table.name} nor a table says what its columns are`,
    );
  const twice = found.find((name, index) => found.findIndex((other) => same(name, other)) < index);
  if (twice !== undefined) throw mismatch(file, `has two columns named ${twice}`, twice);
  const expected = table.columns ?? found;
  const missingColumns = expected.filter((name) => !found.some((other) => same(name, other)));
  const unexpectedColumns = found.filter((name) => !expected.some((other) => same(name, other)));
  const columns = found.map((name) => {
    const target = renamed(table, name);
    return (exact(known, target) ?? known?.find((column) => same(column.name, target)))?.name ?? target;
  });
  if (known && isLoad) checkFits(question, known, columns, found);
  return {
    plan: {
      format: table.format,
      columns: found.map((name, index) => checkColumn(name, exact(known, columns[index] ?? name))),
      ...(table.dateColumn !== undefined && { dateColumn: position(table.dateColumn, 'date', question, found) }),
      keyColumns:
        checks || table.keyColumns.length > 0
          ? table.keyColumns.map((name) => position(name, 'key', question, found))
          : [],
      checks,
      samples: table.quality.samples,
    },
    columns,
    missingColumns,
    unexpectedColumns,
  };
}

function checkFits(
  { table, file }: FileQuestion,
  known: readonly TableColumn[],
  columns: readonly string[],
  found: readonly string[],
): void {
  const homeless = found.filter((_, index) => !exact(known, columns[index] ?? ''));
  if (homeless.length > 0) {
    const [near] = suggest(
      renamed(table, homeless[0] ?? ''),
      known.map(({ name }) => name),
    );
    throw mismatch(
      file,
      `has columns that table ${table.table} lacks: ${homeless.join(', ')}${near === undefined ? '' : ` (it has ${near})`}`,
      homeless[0],
    );
  }
  const needed = known.filter(({ name, nullable, hasDefault }) => !nullable && !hasDefault && !columns.includes(name));
  if (needed.length > 0)
    throw mismatch(
      file,
      `lacks columns without which table ${table.table} takes no row: ${needed.map(({ name }) => name).join(', ')}`,
      needed[0]?.name,
    );
}

function position(name: string, role: 'date' | 'key', { table, file }: FileQuestion, found: readonly string[]): number {
  const index = found.findIndex((other) => same(name, other));
  if (index >= 0) return index;
  const [near] = suggest(name, found);
  throw mismatch(
    file,
    `has no column ${name}, which definition ${table.name} names as ${role} column; it has ${found.join(', ')}`,
    name,
    near === undefined
      ? undefined
      : `Correct \`${role}Column${role === 'key' ? 's' : ''}\` of ${table.name}; did you mean ${near}?`,
  );
}

function checkColumn(name: string, column: TableColumn | undefined): CheckColumn {
  if (!column) return { name, type: { kind: 'text' }, nullable: true };
  return { name, type: column.type, ...(column.width && { width: column.width }), nullable: column.nullable };
}

const renamed = ({ rename }: MonthTable, name: string): string =>
  Object.entries(rename).find(([from]) => same(from, name))?.[1] ?? name;

const exact = (known: readonly TableColumn[] | undefined, name: string): TableColumn | undefined =>
  known?.find((column) => column.name === name);

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const mismatch = (file: string, what: string, column?: string, next?: string): LongshoreError =>
  new LongshoreError(
    'MONTH_DEFINITION_MISMATCH',
    `${file} ${what}.`,
    { file, ...(column !== undefined && { column }) },
    next === undefined ? {} : { next },
  );
