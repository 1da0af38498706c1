/**
 * The fingerprint of a set of rows: a 128-bit hash of each row's values in canonical form, added up. It does not depend
 * on the order of rows or on how they are cut into parts, counts a row as often as it is there, and changes when any
 * value changes, moves to another row or moves to another column. Both sides of a transfer take it for themselves: the
 * source while it is read, the target from rows read back.
 */
import { LongshoreError } from '../errors/longshore-error';
import type { ColumnBatch } from '../columnar/batch';
import type { ColumnPair, TableVerification } from '../types/transfer';
import { canonicalForm } from './canonical-form';
import { columnHash } from './column-hash';
import { LANES, seedLanes, sumOfRows } from './row-hash';

export interface Fingerprint {
  /** Columns in the order of the pairs. */
  add(batch: ColumnBatch): void;
  /** Rows so far. */
  readonly rows: number;
  /** Fingerprint of the rows so far, 32 hexadecimal digits. */
  result(): string;
}

const BITS = 128;

/**
 * Begins a fingerprint of the rows of one side. `pairs` are the columns as planned, the same for both sides and all parts;
 * a part in which a column travels as something else than planned gives the same fingerprint. Throws TYPE_NOT_SUPPORTED
 * where the two sides of a pair cannot hold equal values.
 */
export function createFingerprint(pairs: readonly ColumnPair[], side: 'source' | 'target'): Fingerprint {
  const hashes = pairs.map((pair) => columnHash(canonicalForm(pair)));
  let lanes = new Int32Array(0);
  let total = 0n;
  let count = 0;
  return {
    add({ rows, columns }) {
      if (columns.length !== pairs.length) {
        throw new LongshoreError(
          'INTERNAL',
          `A batch of the ${side} has ${columns.length} columns, ${pairs.length} were planned.`,
        );
      }
      if (lanes.length < rows * LANES) lanes = new Int32Array(rows * LANES);
      seedLanes(lanes, rows);
      for (const [index, hash] of hashes.entries()) hash(columns[index]!, rows, lanes);
      total = BigInt.asUintN(BITS, total + sumOfRows(lanes, rows, pairs.length));
      count += rows;
    },
    get rows() {
      return count;
    },
    result: () => hex(total),
  };
}

/** The fingerprint of all rows of several sets together; of none, that of no rows. Throws INTERNAL where one is missing. */
export function addFingerprints(fingerprints: readonly string[]): string {
  let total = 0n;
  for (const text of fingerprints) {
    if (!/^[0-9a-f]{32}$/.test(text))
      throw new LongshoreError('INTERNAL', `A part has no fingerprint: '${text}'.`, {}, { next: 'Run again.' });
    total += BigInt(`0x${text}`);
  }
  return hex(BigInt.asUintN(BITS, total));
}

/** FINGERPRINT_MISMATCH when the two differ. */
export function fingerprintError(
  table: string,
  { source, target }: NonNullable<TableVerification['fingerprint']>,
): LongshoreError | undefined {
  if (source === target) return undefined;
  return new LongshoreError(
    'FINGERPRINT_MISMATCH',
    `Table ${table} does not hold the same values in source and target: the fingerprint is ${source} in the source and ${target} in the target.`,
    { table },
  );
}

const hex = (value: bigint): string => value.toString(16).padStart(BITS / 4, '0');
