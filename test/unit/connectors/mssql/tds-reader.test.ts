import fc from 'fast-check';
import { MssqlServerError } from '../../../../connectors/mssql/errors';
import { NeedsUnicode } from '../../../../connectors/mssql/tds-columns';
import { TdsReader } from '../../../../connectors/mssql/tds-reader';
import type { ColumnBatch } from '../../../../core/columnar/batch';
import type { LogicalType } from '../../../../core/types/table';

/** One column of the protocol: its description in COLMETADATA, its logical type, and how a value is written. */
interface Wire {
  type: number[];
  logical: LogicalType;
  write(value: string | null): Buffer;
}

const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const collation = [0x09, 0x04, 0xd0, 0x00, 0x34];
const NULL_PIECES = Buffer.alloc(8, 0xff);

/** A long value in pieces of `size` bytes. */
function pieces(bytes: Buffer, size: number): Buffer {
  const parts: Buffer[] = [u32(bytes.length), u32(0)];
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    parts.push(u32(piece.length), piece);
  }
  return Buffer.concat([...parts, u32(0)]);
}

const little = (value: bigint, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_unused, index) => Number((value >> BigInt(8 * index)) & 0xffn)));

const DAY = 86_400_000;
const daysFromYear1 = (iso: string): bigint => BigInt(Date.parse(`${iso}T00:00:00Z`) / DAY + 719_162);

const INT: Wire = {
  type: [0x26, 4],
  logical: { kind: 'int32' },
  write: (value) => (value === null ? Buffer.from([0]) : Buffer.concat([Buffer.from([4]), u32(Number(value) >>> 0)])),
};
const DECIMAL: Wire = {
  type: [0x6a, 17, 38, 10],
  logical: { kind: 'decimal', precision: 38, scale: 10 },
  write: (value) => {
    if (value === null) return Buffer.from([0]);
    const number = BigInt(value);
    return Buffer.concat([Buffer.from([17, number < 0n ? 0 : 1]), little(number < 0n ? -number : number, 16)]);
  },
};
const LONG_TEXT: Wire = {
  type: [0xe7, 0xff, 0xff, ...collation],
  logical: { kind: 'text', of: 'text' },
  write: (value) => (value === null ? NULL_PIECES : pieces(Buffer.from(value, 'utf16le'), 7)),
};
const SHORT_TEXT: Wire = {
  type: [0xe7, 0xa0, 0x0f, ...collation],
  logical: { kind: 'text', of: 'text' },
  write: (value) => {
    const bytes = Buffer.from(value ?? '', 'utf16le');
    return value === null ? u16(0xffff) : Buffer.concat([u16(bytes.length), bytes]);
  },
};
const DATETIME2: Wire = {
  type: [0x2a, 7],
  logical: { kind: 'text', of: 'other' },
  write: (value) => {
    if (value === null) return Buffer.from([0]);
    const [day = '', clock = '', fraction = ''] = value.split(/[ .]/);
    const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
    const ticks = BigInt((hours * 60 + minutes) * 60 + seconds) * 10_000_000n + BigInt(fraction);
    return Buffer.concat([Buffer.from([8]), little(ticks, 5), little(daysFromYear1(day), 3)]);
  },
};

const WIRES = [INT, DECIMAL, LONG_TEXT, SHORT_TEXT, DATETIME2];
const COLUMNS = WIRES.map(({ logical }, index) => ({ name: `c${index}`, nativeType: '', logical }));

function metadata(wires: Wire[]): Buffer {
  const columns = wires.flatMap(({ type }, index) => {
    const name = Buffer.from(`c${index}`, 'utf16le');
    return [u32(0), u16(8), Buffer.from(type), Buffer.from([name.length / 2]), name];
  });
  return Buffer.concat([Buffer.from([0x81]), u16(wires.length), ...columns]);
}

function row(wires: Wire[], values: (string | null)[], compressed: boolean): Buffer {
  if (!compressed)
    return Buffer.concat([Buffer.from([0xd1]), ...wires.map((wire, index) => wire.write(values[index]!))]);
  const nulls = Buffer.alloc((wires.length + 7) >> 3);
  values.forEach((value, index) => {
    if (value === null) nulls[index >> 3]! |= 1 << (index & 7);
  });
  const given = wires.flatMap((wire, index) => (values[index] === null ? [] : [wire.write(values[index]!)]));
  return Buffer.concat([Buffer.from([0xd2]), nulls, ...given]);
}

const done = (rows: number): Buffer => Buffer.concat([Buffer.from([0xfd]), u16(0x10), u16(0xc1), u32(rows), u32(0)]);
/** INFO and ENVCHANGE and ORDER may stand anywhere between. */
const noise = Buffer.from([0xab, 3, 0, 1, 2, 3, 0xe3, 1, 0, 9, 0xa9, 2, 0, 1, 0]);

function texts(batch: ColumnBatch): (string | null)[][] {
  return Array.from({ length: batch.rows }, (_unused, at) =>
    batch.columns.map(({ values, validity, logical }) => {
      if (validity && !validity[at]) return null;
      if ('offsets' in values)
        return Buffer.from(values.data.subarray(values.offsets[at], values.offsets[at + 1])).toString();
      if (logical.kind !== 'decimal') return String(values[at]);
      return String(
        BigInt.asIntN(
          128,
          BigInt(`0x${Buffer.from((values as Uint8Array).subarray(at * 16, at * 16 + 16)).toString('hex')}`),
        ),
      );
    }),
  );
}

function readAll(
  bytes: Buffer,
  cuts: number[],
  batchRows: number,
): { rows: (string | null)[][]; sent: number | undefined } {
  const reader = new TdsReader(COLUMNS, { batchRows });
  const rows: (string | null)[][] = [];
  let at = 0;
  for (const cut of [...cuts.map((each) => at + each), bytes.length].toSorted((a, b) => a - b)) {
    const end = Math.min(bytes.length, Math.max(at, cut));
    if (reader.push(bytes.subarray(at, end)))
      for (let batch = reader.take(); batch; batch = reader.take()) rows.push(...texts(batch));
    at = end;
  }
  for (let batch = reader.finish(); batch; batch = reader.finish()) rows.push(...texts(batch));
  return { rows, sent: reader.rowsSent };
}

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => text.isWellFormed());
const instant = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .chain((date) =>
    fc
      .nat(9_999_999)
      .map((ticks) => `${date.toISOString().slice(0, 19).replace('T', ' ')}.${String(ticks).padStart(7, '0')}`),
  );
const limit = 10n ** 38n - 1n;
const anyRow = fc.tuple(
  fc.option(fc.integer().map(String)),
  fc.option(fc.bigInt({ min: -limit, max: limit }).map(String)),
  fc.option(wellFormed),
  fc.option(wellFormed),
  fc.option(instant),
);

test('rows come out as they went in, however the bytes are cut and the batches are filled', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyRow, fc.boolean()), { maxLength: 12 }),
      fc.array(fc.nat(600), { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      (rows, cuts, batchRows) => {
        const bytes = Buffer.concat([
          noise,
          metadata(WIRES),
          ...rows.flatMap(([values, compressed], index) => [
            row(WIRES, values, compressed),
            ...(index % 3 ? [] : [noise]),
          ]),
          done(rows.length),
        ]);
        expect(readAll(bytes, cuts, batchRows)).toEqual({ rows: rows.map(([values]) => values), sent: rows.length });
      },
    ),
    { numRuns: 300 },
  );
});

test('a value of megabytes comes out whole between short ones', () => {
  const long = 'é😀x'.repeat(400_000);
  const values = [['1', null, long, 'a', null], ['2', '5', 'b', null, null]]; // prettier-ignore
  const bytes = Buffer.concat([metadata(WIRES), ...values.map((each) => row(WIRES, each, false)), done(2)]);
  const cuts = Array.from({ length: Math.floor(bytes.length / 16_000) }, (_unused, index) => index * 16_000);
  expect(readAll(bytes, cuts, 1000).rows).toEqual(values);
});

test('half of a surrogate pair is refused by column and key, and the value is not told', () => {
  const broken = Buffer.concat([metadata(WIRES), row(WIRES, ['41', null, null, 'secret\ud800', null], false), done(1)]);
  const reader = new TdsReader(COLUMNS, { batchRows: 10 }, [0]);
  reader.push(broken);
  const read = () => reader.finish();
  expect(read).toThrow(
    expect.objectContaining({ code: 'VALUE_NOT_REPRESENTABLE', place: { column: 'c3', key: 'c0=41' } }),
  );
  expect(read).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }));
});

test('an error of the server comes with its number and text', () => {
  const text = Buffer.from('Divide by zero.', 'utf16le');
  const body = Buffer.concat([
    u32(8134),
    Buffer.from([1, 16]),
    u16(text.length / 2),
    text,
    Buffer.from([0, 0]),
    u32(1),
  ]);
  const reader = new TdsReader(COLUMNS, { batchRows: 10 });
  const push = () => reader.push(Buffer.concat([metadata(WIRES), Buffer.from([0xaa]), u16(body.length), body]));
  expect(push).toThrow(MssqlServerError);
  expect(() =>
    new TdsReader(COLUMNS, { batchRows: 1 }).push(Buffer.concat([Buffer.from([0xaa]), u16(body.length), body])),
  ).toThrow(expect.objectContaining({ number: 8134, message: 'Divide by zero.', severity: 16 }));
});

test('an answer that ends early, or has other columns, is refused', () => {
  const bytes = Buffer.concat([metadata(WIRES), row(WIRES, ['1', null, 'a', 'b', null], false)]);
  expect(() => readAll(bytes.subarray(0, -2), [], 10)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  const reader = new TdsReader(COLUMNS.slice(1), { batchRows: 10 });
  expect(() => reader.push(bytes)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});

describe('text of a code page', () => {
  const columns = [{ name: 'c0', nativeType: 'varchar(50)', logical: { kind: 'text', of: 'text' } as const }];
  const read = (bytes: Buffer, place: number[]): (string | null)[][] => {
    const wire: Wire = {
      type: [0xa7, 50, 0, ...place],
      logical: columns[0]!.logical,
      write: () => Buffer.concat([u16(bytes.length), bytes]),
    };
    const reader = new TdsReader(columns, { batchRows: 10 });
    reader.push(Buffer.concat([metadata([wire]), row([wire], ['x'], false), done(1)]));
    return texts(reader.finish()!);
  };

  test('1252 is read byte by byte', () => {
    const all = Buffer.from(Array.from({ length: 50 }, (_unused, index) => 0x80 + index));
    expect(read(all, collation)).toEqual([[new TextDecoder('windows-1252').decode(all)]]);
  });

  test('UTF-8 stays what it is', () => {
    expect(read(Buffer.from('é😀'), [0x09, 0x04, 0xd0, 0x04, 0x00])).toEqual([['é😀']]);
  });

  test('of another page is read while it is ASCII, and asked for as Unicode when it is not', () => {
    const greek = [0x08, 0x04, 0xd0, 0x00, 0x00];
    expect(read(Buffer.from('abc'), greek)).toEqual([['abc']]);
    expect(() => read(Buffer.from([0xe1]), greek)).toThrow(NeedsUnicode);
  });
});
