/** Writers of one column's values in the form that TDS gives them in a row. */
import { asInt32, asInt64, asUint8, halves } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import { viewOf } from '../../core/columnar/copy-bytes';
import type { BulkColumn } from './bulk-columns';
import { decimalWriter, moneyWriter } from './bulk-decimals';
import { refuse } from './bulk-errors';
import { refuseNull, timeBytes, unsupported, type FieldWriter, type ValueWriter } from './bulk-target';
import { bytesWriter, codePageWriter, utf16Writer } from './bulk-strings';
import { dateTimeWriter, dateWriter, timeWriter } from './bulk-times';

/** Throws TYPE_NOT_SUPPORTED where no value of the vector's kind can become one of the column. */
export function fieldWriter(vector: ColumnVector, column: BulkColumn): FieldWriter {
  const { logical, values } = vector;
  const fixed = (width: number, put: ValueWriter): FieldWriter => fixedWriter(vector, column, width, put);
  switch (column.type) {
    case 'bit':
      if (logical.kind === 'boolean') return fixed(1, booleanWriter(asUint8(values)));
      return fixed(1, integerWriter(vector, column, 1, 0, 1));
    case 'tinyint':
      return fixed(1, integerWriter(vector, column, 1, 0, 255));
    case 'smallint':
      return fixed(2, integerWriter(vector, column, 2, -0x8000, 0x7fff));
    case 'int':
      return fixed(4, integerWriter(vector, column, 4, -0x80000000, 0x7fffffff));
    case 'bigint':
      return fixed(8, bigintWriter(vector, column));
    case 'real':
      return fixed(4, realWriter(vector, column));
    case 'float':
      return fixed(8, floatWriter(vector, column));
    case 'decimal':
    case 'numeric':
      return fixed(17, decimalWriter(vector, column));
    case 'smallmoney':
      return fixed(4, moneyWriter(vector, column, 4));
    case 'money':
      return fixed(8, moneyWriter(vector, column, 8));
    case 'date':
      return fixed(3, dateWriter(vector, column));
    case 'time':
      return fixed(timeBytes(column.scale), timeWriter(vector, column));
    case 'datetime2':
      return fixed(timeBytes(column.scale) + 3, dateTimeWriter(vector, column));
    case 'datetimeoffset':
      return fixed(timeBytes(column.scale) + 5, dateTimeWriter(vector, column));
    case 'smalldatetime':
      return fixed(4, dateTimeWriter(vector, column));
    case 'datetime':
      return fixed(8, dateTimeWriter(vector, column));
    case 'uniqueidentifier':
      if (logical.kind !== 'uuid') throw unsupported(vector, column);
      return fixed(16, guidWriter(asUint8(values)));
    case 'binary':
    case 'varbinary':
      if (logical.kind !== 'bytes') throw unsupported(vector, column);
      return bytesWriter(vector, column);
    case 'nchar':
    case 'nvarchar':
      if (logical.kind !== 'text') throw unsupported(vector, column);
      return utf16Writer(vector, column);
    case 'char':
    case 'varchar':
      if (logical.kind !== 'text') throw unsupported(vector, column);
      return column.codePage ? codePageWriter(vector, column, column.codePage) : bytesWriter(vector, column);
    default:
      throw unsupported(vector, column);
  }
}

function fixedWriter({ validity }: ColumnVector, column: BulkColumn, width: number, put: ValueWriter): FieldWriter {
  return {
    measure(from, to, lengths) {
      for (let row = from; row < to; row++) {
        if (validity === undefined || validity[row] === 1) lengths[row - from]! += width + 1;
        else if (column.nullable) lengths[row - from]! += 1;
        else refuseNull(column, row);
      }
    },
    write(from, to, cursor, _chunk, view) {
      for (let row = from; row < to; row++) {
        const at = cursor[row - from]!;
        if (validity !== undefined && validity[row] === 0) {
          view.setUint8(at, 0);
          cursor[row - from] = at + 1;
        } else {
          view.setUint8(at, width);
          put(row, view, at + 1);
          cursor[row - from] = at + 1 + width;
        }
      }
    },
  };
}

const booleanWriter =
  (values: Uint8Array): ValueWriter =>
  (row, view, at) =>
    view.setUint8(at, values[row]!);

/** Whole numbers of any kind as doubles; far out of range, the double need not be exact. */
function wholeNumbers(vector: ColumnVector, column: BulkColumn): (row: number) => number {
  const { logical, values } = vector;
  if (logical.kind === 'boolean') {
    const bits = asUint8(values);
    return (row) => bits[row]!;
  }
  if (logical.kind === 'int16' || logical.kind === 'int32') {
    const numbers = asInt32(values);
    return (row) => numbers[row]!;
  }
  if (logical.kind === 'int64' || (logical.kind === 'decimal' && logical.scale === 0 && logical.precision <= 18)) {
    const words = halves(asInt64(values));
    return (row) => words[row * 2 + 1]! * 4294967296 + (words[row * 2]! >>> 0);
  }
  throw unsupported(vector, column);
}

function integerWriter(
  vector: ColumnVector,
  column: BulkColumn,
  width: 1 | 2 | 4,
  least: number,
  most: number,
): ValueWriter {
  const number = wholeNumbers(vector, column);
  return (row, view, at) => {
    const value = number(row);
    if (value < least || value > most) refuse(column, row, 'it is out of range');
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setInt16(at, value, true);
    else view.setInt32(at, value, true);
  };
}

function bigintWriter(vector: ColumnVector, column: BulkColumn): ValueWriter {
  const { logical, values } = vector;
  if (values instanceof BigInt64Array && (logical.kind === 'int64' || logical.kind === 'decimal')) {
    if (logical.kind === 'decimal' && logical.scale !== 0) throw unsupported(vector, column);
    const words = halves(values);
    return (row, view, at) => {
      view.setInt32(at, words[row * 2]!, true);
      view.setInt32(at + 4, words[row * 2 + 1]!, true);
    };
  }
  const number = wholeNumbers(vector, column);
  return (row, view, at) => {
    const value = number(row);
    view.setInt32(at, value, true);
    view.setInt32(at + 4, value < 0 ? -1 : 0, true);
  };
}

function finite(value: number, column: BulkColumn, row: number): number {
  if (!Number.isFinite(value)) refuse(column, row, 'it is not a finite number');
  return value;
}

function realWriter(vector: ColumnVector, column: BulkColumn): ValueWriter {
  const { values } = vector;
  const number =
    values instanceof Float32Array || values instanceof Float64Array
      ? (row: number) => values[row]!
      : exactNumbers(vector, column);
  return (row, view, at) => {
    const value = finite(number(row), column, row);
    if (Math.fround(value) !== value) refuse(column, row, 'it has more digits than the type holds');
    view.setFloat32(at, value, true);
  };
}

function floatWriter(vector: ColumnVector, column: BulkColumn): ValueWriter {
  const { values } = vector;
  const number =
    values instanceof Float32Array || values instanceof Float64Array
      ? (row: number) => values[row]!
      : exactNumbers(vector, column);
  return (row, view, at) => view.setFloat64(at, finite(number(row), column, row), true);
}

/** Whole numbers for a floating type, which holds them exactly or not at all. */
function exactNumbers(vector: ColumnVector, column: BulkColumn): (row: number) => number {
  const number = wholeNumbers(vector, column);
  const { values } = vector;
  if (!(values instanceof BigInt64Array)) return number;
  return (row) => {
    const value = Number(values[row]!);
    if (BigInt(value) !== values[row]!) refuse(column, row, 'it has more digits than the type holds');
    return value;
  };
}

/** The first three groups of a GUID are little-endian on the wire. */
function guidWriter(values: Uint8Array): ValueWriter {
  const source = viewOf(values);
  return (row, view, at) => {
    const from = row * 16;
    view.setUint32(at, source.getUint32(from), true);
    view.setUint16(at + 4, source.getUint16(from + 4), true);
    view.setUint16(at + 6, source.getUint16(from + 6), true);
    view.setUint32(at + 8, source.getUint32(from + 8));
    view.setUint32(at + 12, source.getUint32(from + 12));
  };
}
