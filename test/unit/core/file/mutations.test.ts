import { LongshoreError } from '../../../../core/errors/longshore-error';
import { columnNames } from '../../../../core/file/column-names';
import { detectFormat } from '../../../../core/file/detect';
import { createInference } from '../../../../core/file/infer';
import { createRecordReader } from '../../../../core/file/record-reader';
import type { FileFormat } from '../../../../core/types/file';
import { corpus } from '../../../corpus/generate';
import { randomOf, type Random } from '../../../corpus/random';

const files = corpus();
const MUTATIONS = 150;
const SPOILERS = ['"', "'", ',', ';', '\n', '\r', '\\', '\t', '\u0000', '\u00e9'];

/** A file of the corpus with something done to it: cut off, bytes altered, lost or added, or another file behind it. */
function mutated(random: Random): Uint8Array {
  const bytes = Buffer.from(random.pick(files).bytes);
  const at = random.int(0, Math.max(0, bytes.length - 1));
  switch (random.int(0, 4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      for (let change = random.int(1, 5); change > 0; change--)
        if (bytes.length > 0) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
      return bytes;
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.int(0, 40))]);
    case 3:
      return Buffer.concat([bytes, random.pick(files).bytes]);
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(SPOILERS), 'latin1'), bytes.subarray(at)]);
  }
}

/** Everything that a reader says of a file whose bytes come in pieces of these sizes. */
function read(bytes: Uint8Array, format: FileFormat, pieceSize: () => number): unknown[] {
  const told: unknown[] = [];
  const inference = createInference(columnNames(format.tables[0]!.header, format.tables[0]!.width));
  const reader = createRecordReader(format, {
    onRejected: (row) => told.push(row),
    onRepaired: (row) => told.push(row),
  });
  const rows: string[] = [];
  const take = (batches: ReturnType<typeof reader.push>): void => {
    for (const batch of batches) {
      inference.add(batch);
      for (let field = 0; field < batch.rows * batch.columns; field++)
        rows.push(Buffer.from(batch.data.subarray(batch.starts[field], batch.ends[field])).toString('latin1'));
    }
  };
  for (let at = reader.firstByte; at < bytes.length && !reader.done;) {
    const size = pieceSize();
    take(reader.push(bytes.subarray(at, at + size)));
    at += size;
  }
  take(reader.end());
  return [rows, inference.result(), told];
}

describe('files with something wrong in them', () => {
  it(`are refused by name, or read the same however they are cut, ${MUTATIONS} of them`, () => {
    for (let index = 0; index < MUTATIONS; index++) {
      const random = randomOf(`mutation ${index}`);
      const bytes = mutated(random);
      let format: FileFormat;
      try {
        format = detectFormat({ head: bytes, size: bytes.length });
      } catch (error) {
        expect(error).toBeInstanceOf(LongshoreError);
        expect((error as LongshoreError).code).toBe('FILE_NOT_DELIMITED');
        continue;
      }
      if (format.tables.length === 0) continue;
      const whole = read(bytes, format, () => bytes.length);
      expect({ index, told: read(bytes, format, () => random.int(1, 97)) }).toEqual({ index, told: whole });
    }
  });
});
