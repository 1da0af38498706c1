import * as fc from 'fast-check';
import type { ColumnBatch } from '../../../../core/columnar/batch';
import { BinaryCopyDecoder } from '../../../../connectors/postgres/binary-decoder';
import {
  BINARY_HEADER,
  BINARY_TRAILER,
  canEncodeBinary,
  encodeBinary,
} from '../../../../connectors/postgres/binary-encoder';
import { anyColumns, batchOf, joined } from '../../core/columnar/values';
import { naiveEncode, nativeTypeOf } from './binary-naive';

function decodeAll(decoder: BinaryCopyDecoder, wire: Buffer, cut: number): ColumnBatch[] {
  const batches: ColumnBatch[] = [];
  for (let at = 0; at < wire.length; at += cut) {
    // Slices of a larger buffer, as a socket gives them.
    decoder.push(wire, at, Math.min(wire.length, at + cut));
    for (let batch = decoder.take(); batch; batch = decoder.take()) batches.push(batch);
  }
  const last = decoder.finish();
  return last ? [...batches, last] : batches;
}

describe('binary COPY', () => {
  it('decodes what an independent encoder writes, wherever chunks and batches are cut', () => {
    fc.assert(
      fc.property(
        anyColumns,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(1, 100, 5000, undefined),
        (columns, cut, batchRows, batchBytes) => {
          const part = columns.map(({ logical }, index) => ({
            name: `c${index}`,
            logical,
            nativeType: nativeTypeOf(logical),
          }));
          const decoder = new BinaryCopyDecoder(part, { batchRows, ...(batchBytes !== undefined && { batchBytes }) });
          const batches = decodeAll(decoder, naiveEncode(columns), cut);
          expect(batches.every(({ rows }) => rows > 0 && rows <= batchRows)).toBe(true);
          const decoded = joined(
            batches,
            columns.map(({ logical }) => logical),
          );
          expect(decoded).toEqual(columns);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('encodes to the very bytes that an independent encoder writes', () => {
    fc.assert(
      fc.property(anyColumns, (columns) => {
        const target = columns.map(({ logical }, index) => ({
          name: `c${index}`,
          logical,
          nativeType: nativeTypeOf(logical),
        }));
        expect(target.every((column) => canEncodeBinary(column, column.nativeType))).toBe(true);
        const wire = Buffer.concat([BINARY_HEADER, ...encodeBinary(batchOf(columns), target), BINARY_TRAILER]);
        expect(wire.equals(naiveEncode(columns))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
