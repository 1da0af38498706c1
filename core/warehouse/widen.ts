/** Room for texts that are longer than their columns take. */
import type { WarehouseKind } from '../../schemas/constants';
import type { WarehouseTable } from '../types/warehouse';
import { dialectOf } from './dialect';
import { columnOf } from './publish';

export interface LongestValue {
  /** Name in the table. */
  column: string;
  characters: number;
  bytes: number;
  /** Physical line on which the longest, or the first that is too long, stands. */
  line?: number;
}

/** As `WidenProposal`, before anything is applied. */
export interface Widening {
  column: string;
  nativeType: string;
  limit: number;
  longest: number;
  line?: number;
  proposed: string;
  statement: string;
}

/** Sizes that a column is given; beyond the last, the type without a limit. */
const SIZES: Record<WarehouseKind, readonly number[]> = {
  snowflake: [
    10, 20, 50, 100, 200, 255, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 65_535, 262_144, 1_048_576, 4_194_304,
    16_777_216,
  ],
  postgres: [
    10, 20, 50, 100, 200, 255, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 65_535, 262_144, 1_048_576, 10_485_760,
  ],
  duckdb: [],
};

/** An ALTER for each column whose longest value does not fit, in the order of the table. DuckDB holds no text to a length. */
export function widenings(kind: WarehouseKind, table: WarehouseTable, longest: readonly LongestValue[]): Widening[] {
  if (kind === 'duckdb') return [];
  const dialect = dialectOf(kind);
  return longest.flatMap((value): Widening[] => {
    const { width, nativeType, type } = columnOf(table, value.column);
    const measured = width?.unit === 'bytes' ? value.bytes : value.characters;
    if (!width || type.kind !== 'text' || measured <= width.limit) return [];
    const size = SIZES[kind].find((each) => each >= measured);
    const word = kind === 'snowflake' ? 'VARCHAR' : 'varchar';
    const proposed = size === undefined ? (kind === 'snowflake' ? 'VARCHAR' : 'text') : `${word}(${size})`;
    const column = dialect.ident(value.column);
    const change = kind === 'snowflake' ? 'SET DATA TYPE' : 'TYPE';
    return [
      {
        column: value.column,
        nativeType,
        limit: width.limit,
        longest: measured,
        ...(value.line !== undefined && { line: value.line }),
        proposed,
        statement: `ALTER TABLE ${dialect.table(table.ref)} ALTER COLUMN ${column} ${change} ${proposed}`,
      },
    ];
  });
}
