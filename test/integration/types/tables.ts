/** Tables of random columns, made in a source by plain SQL, and how they are compared with what arrived. */
import * as fc from 'fast-check';
import { typeSystemFor } from '../../../connectors/registry';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { ColumnSchema } from '../../../core/types/table';
import type { DatabaseKind } from '../../../schemas/constants';
import { canonical, sortOf } from './canonical';
import { move, type MoveTable } from './move';
import { contents, type Named, type Side, type Written } from './sides';
import type { SourceType } from './values';

export interface Column {
  name: string;
  type: string;
  /** A literal for each row; NULL where there is none. */
  values: string[];
  /** Kinds of targets that may refuse a value of the column. */
  refusedBy: DatabaseKind[];
  /** Picks the type of the column in a table that exists, from 0 to 1. */
  choice: number;
}

export interface Table {
  key?: string;
  columns: Column[];
  rows: number;
}

/** Names that somebody will give a column one day; no two are alike in any letter case. */
export const NAMES = [
  'plain',
  'with space',
  'double "quote"',
  `single 'quote'`,
  'dot.ted',
  '[brackets]',
  'close]only',
  'UPPER CASE',
  'camelCase',
  'select',
  'from',
  'order',
  'user',
  'table',
  'null',
  'ünïcödé',
  '名前',
  '😀',
  'semi;colon -- x',
  'back\\slash',
  'percent%s',
  '$1',
  '@variable',
  '#hash',
  '`tick`',
  'comma,',
  '123',
  '_',
  '"',
  'a/*b*/',
  'l'.repeat(63),
  'e\u0301',
];

export const KEY_NAMES = ['id', 'Key "x"', 'primary', 'k.e]y'];

const ROWS = { min: 0, max: 12 };
const COLUMNS = { minLength: 1, maxLength: 8 };

/** What both sides of a pair can have in a table: some servers take fewer names than they should. */
export interface Vocabulary {
  types: SourceType[];
  names: string[];
  keys: string[];
}

export const anyTable = ({ types, names, keys }: Vocabulary): fc.Arbitrary<Table> =>
  fc
    .tuple(
      fc.integer(ROWS),
      fc.option(fc.constantFrom(...keys), { freq: 4, nil: undefined }),
      fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...types)), {
        ...COLUMNS,
        selector: ([name]) => name,
      }),
      fc.boolean(),
    )
    .chain(([rows, key, columns, isOdd]) =>
      fc
        .tuple(...columns.map(([name, type]) => anyColumn(name, type, rows, isOdd)))
        .map((made) => ({ rows, columns: made, ...(key !== undefined && { key }) })),
    );

function anyColumn(name: string, { type, value, awkward }: SourceType, rows: number, isOdd: boolean) {
  const ordinary = value.map((sql) => ({ sql, refusedBy: [] as DatabaseKind[] }));
  const some =
    isOdd && awkward ? fc.oneof({ weight: 5, arbitrary: ordinary }, { weight: 1, arbitrary: awkward }) : ordinary;
  return fc
    .tuple(fc.constantFrom(0, 0, 1, 4), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
    .chain(([nulls, choice]) => {
      const cell = nulls === 0 ? some : fc.option(some, { nil: { sql: 'NULL', refusedBy: [] }, freq: nulls });
      return fc.array(cell, { minLength: rows, maxLength: rows }).map((cells): Column => ({
        name,
        type,
        values: cells.map(({ sql }) => sql),
        refusedBy: [...new Set(cells.flatMap(({ refusedBy }) => refusedBy))],
        choice,
      }));
    });
}

/** Makes the table in the source by plain SQL. */
export async function create(side: Side, name: string, { key, columns, rows }: Table): Promise<void> {
  const keyType = side.kind === 'mssql' ? 'int' : 'integer';
  const definitions = [
    ...(key === undefined ? [] : [`${side.quote(key)} ${keyType} NOT NULL PRIMARY KEY`]),
    ...columns.map(
      (column) => `${side.quote(column.name)} ${column.type} ${column.values.includes('NULL') ? 'NULL' : 'NOT NULL'}`,
    ),
  ];
  await side.run(`CREATE TABLE ${side.id(name)} (${definitions.join(', ')})`);
  if (rows === 0) return;
  const values = Array.from({ length: rows }, (_, row) => {
    const cells = columns.map((column) => column.values[row]);
    return `(${[...(key === undefined ? [] : [row + 1]), ...cells].join(', ')})`;
  });
  await side.run(`INSERT INTO ${side.id(name)} VALUES ${values.join(', ')}`);
}

export const drop = (side: Side, name: string): Promise<void> => side.run(`DROP TABLE IF EXISTS ${side.id(name)}`);

/** Columns of a table as the database describes them; undefined when there is none. */
export async function describeColumns(side: Side, name: string): Promise<Named[] | undefined> {
  const [found] = await side.database.describeTables([{ schema: side.schema, name }]);
  return found?.columns.map(({ name: column, nativeType }) => ({ name: column, nativeType }));
}

/** Rows in an order of their own, every value in one form whichever database holds it. */
export async function comparable(
  side: Side,
  name: string,
  columns: Named[],
  sorts: (text: string, column: number) => string,
) {
  const rows = await contents(side, name, columns);
  return rows
    .map((row) => row.map((value: Written, column) => (value === null ? null : sorts(value, column))))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Both sides' rows, in the form in which they have to be equal. */
export async function bothSides(source: Side, target: Side, { source: from, target: to }: MoveTable) {
  const sources = (await describeColumns(source, from)) ?? [];
  const described = (await describeColumns(target, to)) ?? [];
  const targets = sources.map(
    ({ name }) => described.find((column) => column.name === name) ?? { name, nativeType: '' },
  );
  // Between columns of one type even the spelling has to be the same.
  const form = (text: string, column: number): string => {
    const [mine, theirs] = [sources[column]!.nativeType, targets[column]!.nativeType];
    return source.kind === target.kind && mine === theirs ? text : canonical(sortOf(source.kind, mine), text);
  };
  return {
    source: await comparable(source, from, sources, form),
    target: await comparable(target, to, targets, form),
  };
}

export type Outcome = { moved: true } | { moved: false; error: LongshoreError };

/** Moves, and answers what the run would report; any other failure is a fault of Longshore's and thrown. */
export async function tryMove(...args: Parameters<typeof move>): Promise<Outcome> {
  try {
    await move(...args);
    return { moved: true };
  } catch (error) {
    if (error instanceof LongshoreError) return { moved: false, error };
    throw error;
  }
}

export interface Candidate {
  nativeType: string;
  fit: 'exact' | 'checked';
}

/** Types of a target's own that planning lets values of a source's column into; the one that it would make comes first. */
export function candidates(source: Side, target: Side, column: ColumnSchema): Candidate[] {
  const { name, nativeType, logical } = column;
  const types = typeSystemFor(target.kind);
  const made = types.nativeType({ name, nativeType, logical }, source.kind);
  const options = types.examples.flatMap((example): Candidate[] => {
    const { fit } = types.fits({ nativeType, logical, kind: source.kind }, example);
    return fit === 'refused' ? [] : [{ nativeType: example, fit }];
  });
  return [{ nativeType: made, fit: 'exact' }, ...options];
}
