/** How the columns of a file meet those of a table: pure, over what reading the file and asking the target found out. */
import type { DatabaseKind, SchemaPolicy } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import { formatFor, nullTextsFor } from '../file/column-format';
import { matchTable } from '../file/match';
import type { FileColumn, InferredColumn } from '../types/file';
import { type ColumnSchema, type LogicalType, type TableRef, type TableSchema, tableId } from '../types/table';
import type { ColumnPlan } from '../types/transfer';
import { fillsItself } from './columns';
import { fileSource, fileTypeOf } from './file-source';
import { limitsOf, widerType } from './file-types';
import { listWords } from './suggest';

export interface FileTableInput {
  /** For messages: the file's name. */
  file: string;
  /** Names as the table would have them, in the order of the file. */
  names: readonly string[];
  inferred: readonly InferredColumn[];
  /** Undefined: the table is made. */
  target: TableSchema | undefined;
  targetRef: TableRef;
  targetKind: DatabaseKind;
  policy: SchemaPolicy;
  /** Per cent of the file's columns that the table must have. */
  threshold: number;
  /** Column names of the table by name in the file, and types for a table that is made. */
  rename: Readonly<Record<string, string>>;
  types: Readonly<Record<string, string>>;
  /** The target's own: see `TypeSystem`. */
  logical(nativeType: string): LogicalType;
  nativeType(column: ColumnPlan, sourceKind: DatabaseKind): string;
  addColumnSql(table: TableRef, column: { name: string; nativeType: string }): string;
}

export interface FileTablePlan {
  source: TableSchema;
  fileColumns: FileColumn[];
  columns: ColumnPlan[];
  /** Columns of the table that must be made wider first, with their new types. */
  widen: { name: string; nativeType: string }[];
  evolve: string[];
  ignored: string[];
  matchPercent: number;
  warnings: string[];
}

/** Throws FILE_SCHEMA_MISMATCH with everything in which file and table differ, TYPE_NOT_SUPPORTED by column. */
export function planFileTable(input: FileTableInput): FileTablePlan {
  const names = input.names.map((name, index) => renamed(input, name, index));
  return input.target === undefined ? newTable(input, names) : existingTable(input, names, input.target);
}

const renamed = ({ rename, inferred }: FileTableInput, name: string, index: number): string =>
  rename[name] ?? rename[inferred[index]?.name ?? ''] ?? name;

function newTable(input: FileTableInput, names: readonly string[]): FileTablePlan {
  const fileColumns = input.inferred.map((column, index): FileColumn => {
    const given = input.types[column.name] ?? input.types[names[index]!];
    return given === undefined ? asInferred(column, index) : asTyped(input, column, index, given);
  });
  const source = fileSource(input.file, names, fileColumns);
  const columns = fileColumns.map((column, index): ColumnPlan => {
    const name = names[index]!;
    const { name: found, maxChars } = input.inferred[index]!;
    const plan = columnPlan(name, name, column.logical);
    const given = input.types[found] ?? input.types[name];
    return {
      ...plan,
      targetType: given ?? limitsOf(input.targetKind, plan.logical, maxChars) ?? input.nativeType(plan, 'duckdb'),
    };
  });
  const warnings = input.inferred.flatMap(({ name, logical, ambiguity }) =>
    ambiguity === undefined
      ? []
      : [`Column ${name} is ${logical.kind === 'text' ? 'kept as text' : logical.kind}: ${ambiguity}`],
  );
  return { source, fileColumns, columns, widen: [], evolve: [], ignored: [], matchPercent: 100, warnings };
}

function existingTable(input: FileTableInput, names: readonly string[], target: TableSchema): FileTablePlan {
  const id = tableId(input.targetRef);
  const match = matchTable(names, [{ ref: target.ref, columns: target.columns.map(({ name }) => name) }])[0];
  if (match === undefined || match.percent < input.threshold)
    throw mismatch(input, [
      `the table has ${Math.floor(match?.percent ?? 0)} % of the columns of the file, and ${input.threshold} % are wanted.`,
      ...(match?.report ?? []),
    ]);
  const faults: string[] = [];
  const plan: FileTablePlan = {
    source: fileSource(input.file, [], []),
    fileColumns: [],
    columns: [],
    widen: [],
    evolve: [],
    ignored: [],
    matchPercent: match.percent,
    warnings: [],
  };
  const columnOf = new Map(match.pairs.map(({ column, target: name }) => [column, name]));
  for (const [index, name] of names.entries()) {
    const inferred = input.inferred[index]!;
    const found = target.columns.find((column) => column.name === columnOf.get(name));
    if (found === undefined) addMissing(input, plan, faults, { name, index, inferred });
    else if (found.generated === true)
      plan.warnings.push(
        `${id}: column ${found.name} is computed by the database; the values of the file are not loaded.`,
      );
    else addPair(input, plan, faults, { index, inferred, found });
  }
  for (const column of target.columns) {
    if (match.pairs.some((pair) => pair.target === column.name) || column.generated === true) continue;
    if (!fillsItself(column)) faults.push(`the file has no column ${column.name}, which the table wants a value for.`);
    else plan.warnings.push(`${id}: column ${column.name} is not in the file and gets its default.`);
  }
  if (faults.length > 0) throw mismatch(input, faults);
  plan.source = fileSource(
    input.file,
    plan.columns.map(({ source }) => source),
    plan.fileColumns,
  );
  return plan;
}

function addPair(
  input: FileTableInput,
  plan: FileTablePlan,
  faults: string[],
  { index, inferred, found }: { index: number; inferred: InferredColumn; found: ColumnSchema },
): void {
  const wider = widerType(input.targetKind, found, inferred);
  if (wider !== undefined && input.policy === 'stop')
    faults.push(`column ${found.name} is ${found.nativeType}, and the file has ${valuesBeyond(inferred, found)}.`);
  const widen = wider !== undefined && input.policy === 'evolve';
  if (widen) plan.widen.push({ name: found.name, nativeType: wider.nativeType });
  const nativeType = widen ? wider.nativeType : found.nativeType;
  const logical = input.logical(nativeType);
  const maxChars = widen ? wider.maxChars : found.maxLength;
  const range = rangeOf(nativeType);
  plan.fileColumns.push({
    index,
    name: inferred.name,
    logical,
    format: formatFor(inferred, logical),
    nullTexts: nullTextsFor(inferred, logical),
    nullable: found.nullable || found.identity !== undefined,
    ...(maxChars !== undefined && { maxChars }),
    ...(range && { range }),
  });
  plan.columns.push({ ...columnPlan(input.names[index]!, found.name, logical), targetType: nativeType });
}

/** What of the file does not fit into the column. */
function valuesBeyond(
  { maxChars, smallest, largest, wholeDigits, fractionDigits }: InferredColumn,
  { maxLength, logical }: ColumnSchema,
): string {
  if (maxLength !== undefined) return `texts of up to ${maxChars} characters`;
  if (logical.kind === 'decimal')
    return `numbers of up to ${wholeDigits ?? 0} digits before and ${fractionDigits ?? 0} after the decimal mark`;
  return smallest === '0' ? `numbers of up to ${largest}` : `numbers from ${smallest} to ${largest}`;
}

function addMissing(
  input: FileTableInput,
  plan: FileTablePlan,
  faults: string[],
  { name, index, inferred }: { name: string; index: number; inferred: InferredColumn },
): void {
  if (input.policy === 'stop') faults.push(`the table has no column ${name}.`);
  if (input.policy === 'ignore') plan.ignored.push(name);
  if (input.policy !== 'evolve') return;
  const column = asInferred(inferred, index);
  const draft = columnPlan(name, name, column.logical);
  const nativeType = limitsOf(input.targetKind, draft.logical, inferred.maxChars) ?? input.nativeType(draft, 'duckdb');
  plan.fileColumns.push(column);
  plan.columns.push({ ...draft, targetType: nativeType });
  plan.evolve.push(input.addColumnSql(input.targetRef, { name, nativeType }));
}

const asInferred = (column: InferredColumn, index: number): FileColumn => ({
  index,
  name: column.name,
  logical: column.logical,
  format: column.format,
  nullTexts: column.nullTexts,
  nullable: true,
});

/** A column of a table that is made with a type that the configuration says. */
function asTyped(input: FileTableInput, column: InferredColumn, index: number, nativeType: string): FileColumn {
  const logical = input.logical(nativeType);
  const limit = /char\w*\s*\((\d+)\)/i.exec(nativeType)?.[1];
  const range = rangeOf(nativeType);
  return {
    ...asInferred(column, index),
    logical,
    format: formatFor(column, logical),
    nullTexts: nullTextsFor(column, logical),
    ...(limit !== undefined && { maxChars: Number(limit) }),
    ...(range && { range }),
  };
}

/** SQL Server's tinyint has no sign, and no logical type of its own. */
const rangeOf = (nativeType: string): FileColumn['range'] =>
  /^tinyint$/i.test(nativeType) ? { min: '0', max: '255' } : undefined;

const columnPlan = (source: string, target: string, logical: LogicalType): ColumnPlan => ({
  source,
  target,
  sourceType: fileTypeOf(logical),
  targetType: '',
  logical,
});

function mismatch(input: FileTableInput, faults: readonly string[]): LongshoreError {
  const table = tableId(input.targetRef);
  const ways = ['correct the file', 'alter the table', 'name another table under `files`'];
  if (input.policy !== 'evolve') ways.push('set `columns: evolve`');
  return new LongshoreError(
    'FILE_SCHEMA_MISMATCH',
    `${input.file} does not fit ${table}: ${faults.join(' ')}`,
    { file: input.file, table },
    { next: `${listWords(ways, 'or').replace(/^./, (letter) => letter.toUpperCase())}.` },
  );
}
