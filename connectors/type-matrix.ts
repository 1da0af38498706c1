/** The page that says how every type of every database fares in every other: written by the code that decides it. */
import { LongshoreError } from '../core/errors/longshore-error';
import type { LogicalType } from '../core/types/table';
import { DATABASE_KINDS, type DatabaseKind } from '../schemas/constants';
import type { TypeSystem } from './connector';
import { typeSystemFor } from './registry';

const TITLES: Record<DatabaseKind, string> = { postgres: 'PostgreSQL', duckdb: 'DuckDB', mssql: 'SQL Server' };

/** How one source type fares in one kind of target. */
export interface TypeRow {
  nativeType: string;
  /** Undefined: values of the type cannot be read exactly, and `refused` says why. */
  logical?: LogicalType;
  /** Type of a column that Longshore creates; undefined where it creates none, and `refused` says why. */
  created?: string;
  refused?: string;
  /** Types of existing columns that hold every value, and those whose values are checked one by one, with the reason. */
  exact: string[];
  checked: { nativeType: string; why: string }[];
}

const reasonOf = (error: unknown): string => {
  if (error instanceof LongshoreError) return error.message;
  throw error;
};

/** All example types of a source against all of a target. */
export function typeRows(source: TypeSystem, target: TypeSystem): TypeRow[] {
  return source.examples.map((nativeType): TypeRow => {
    const row: TypeRow = { nativeType, exact: [], checked: [] };
    try {
      row.logical = source.logical(nativeType);
      row.created = target.nativeType({ name: 'column', nativeType, logical: row.logical }, source.kind);
    } catch (error) {
      row.refused = reasonOf(error);
    }
    if (!row.logical) return row;
    for (const candidate of target.examples) {
      const fit = target.fits({ nativeType, logical: row.logical, kind: source.kind }, candidate);
      if (fit.fit === 'exact') row.exact.push(candidate);
      else if (fit.fit === 'checked') row.checked.push({ nativeType: candidate, why: fit.why });
    }
    return row;
  });
}

/** The text of docs/types.md, whole. */
export function renderTypeMatrix(): string {
  return [
    '# Types',
    '',
    'How values of every type travel between databases. A type is carried exactly, or refused by name before the run starts.',
    '',
    '- **Created as** is the type of a column that Longshore creates in a table that the target lacks.',
    '- **Exact in** lists types of existing columns that hold every value.',
    '- **Checked in** lists types that hold most values: each value is checked, and the first that does not fit fails its',
    '  table by key and column, before anything is published. Nothing is ever rounded or cut.',
    '- Whatever a row does not list is refused while planning (SCHEMA_MISMATCH, TYPE_NOT_SUPPORTED).',
    '- Lengths and precisions are examples; a longer text or a larger number meets VALUE_TOO_LONG or VALUE_NOT_REPRESENTABLE.',
    '',
    'This page is generated from the type systems under `connectors/`; see CONTRIBUTING.md for how.',
    '',
    ...DATABASE_KINDS.flatMap((from) => DATABASE_KINDS.flatMap((to) => section(from, to))),
  ].join('\n');
}

function section(from: DatabaseKind, to: DatabaseKind): string[] {
  const reasons: string[] = [];
  /** Number of a reason in the list below the table. */
  const note = (why: string): number => {
    if (!reasons.includes(why)) reasons.push(why);
    return reasons.indexOf(why) + 1;
  };
  const lines = typeRows(typeSystemFor(from), typeSystemFor(to)).map((row) => line(row, note));
  return [
    `## ${TITLES[from]} to ${TITLES[to]}`,
    '',
    '| Type | Travels as | Created as | Exact in | Checked in |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
    ...(reasons.length === 0
      ? []
      : ['Checked, because', '', ...reasons.map((why, index) => `${index + 1}. ${why}`), '']),
  ];
}

function line(
  { nativeType, logical, created, refused, exact, checked }: TypeRow,
  note: (why: string) => number,
): string {
  const cells = [
    code(nativeType),
    logical ? travels(logical) : 'refused',
    created === undefined ? `refused: ${refused ?? ''}` : code(created),
    exact.map(code).join(', '),
    checked.map(({ nativeType: type, why }) => `${code(type)} (${note(why)})`).join(', '),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function travels(logical: LogicalType): string {
  if (logical.kind === 'decimal') return `decimal(${logical.precision},${logical.scale})`;
  if (logical.kind !== 'text') return logical.kind;
  return { text: 'text', json: 'text (JSON)', other: 'text (notation of its database)' }[logical.of];
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
