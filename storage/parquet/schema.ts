import type { LogicalType } from '../../core/types/table';
import type { PartColumn } from '../../core/types/transfer';
import { CONVERTED, LOGICAL, PHYSICAL, REPETITION } from './format';
import type { ThriftField } from './thrift';

/** How values of a logical type are stored; `width` only for FIXED_LEN_BYTE_ARRAY. */
export interface StoredAs {
  physical: number;
  width?: number;
}

export function storedAs(logical: LogicalType): StoredAs {
  switch (logical.kind) {
    case 'boolean':
      return { physical: PHYSICAL.boolean };
    case 'int16':
    case 'int32':
    case 'date':
      return { physical: PHYSICAL.int32 };
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return { physical: PHYSICAL.int64 };
    case 'float32':
      return { physical: PHYSICAL.float };
    case 'float64':
      return { physical: PHYSICAL.double };
    case 'decimal':
      return logical.precision <= 9
        ? { physical: PHYSICAL.int32 }
        : logical.precision <= 18
          ? { physical: PHYSICAL.int64 }
          : { physical: PHYSICAL.fixed, width: 16 };
    case 'uuid':
      return { physical: PHYSICAL.fixed, width: 16 };
    case 'bytes':
    case 'text':
      return { physical: PHYSICAL.byteArray };
  }
}

const MICROS: ThriftField[] = [{ id: 2, struct: [] }];

/** The annotations that make other readers see the true type; local times have no ConvertedType. */
function annotations(logical: LogicalType): {
  converted?: number;
  scale?: number;
  precision?: number;
  logical?: ThriftField;
} {
  switch (logical.kind) {
    case 'int16':
      return {
        converted: CONVERTED.int16,
        logical: {
          id: LOGICAL.integer,
          struct: [
            { id: 1, i8: 16 },
            { id: 2, bool: true },
          ],
        },
      };
    case 'date':
      return { converted: CONVERTED.date, logical: { id: LOGICAL.date, struct: [] } };
    case 'time':
      return {
        logical: {
          id: LOGICAL.time,
          struct: [
            { id: 1, bool: false },
            { id: 2, struct: MICROS },
          ],
        },
      };
    case 'timestamp':
      return {
        logical: {
          id: LOGICAL.timestamp,
          struct: [
            { id: 1, bool: false },
            { id: 2, struct: MICROS },
          ],
        },
      };
    case 'timestamptz':
      return {
        converted: CONVERTED.timestampMicros,
        logical: {
          id: LOGICAL.timestamp,
          struct: [
            { id: 1, bool: true },
            { id: 2, struct: MICROS },
          ],
        },
      };
    case 'decimal': {
      const { precision, scale } = logical;
      return {
        converted: CONVERTED.decimal,
        scale,
        precision,
        logical: {
          id: LOGICAL.decimal,
          struct: [
            { id: 1, i32: scale },
            { id: 2, i32: precision },
          ],
        },
      };
    }
    case 'uuid':
      return { logical: { id: LOGICAL.uuid, struct: [] } };
    case 'text':
      return logical.of === 'json'
        ? { converted: CONVERTED.json, logical: { id: LOGICAL.json, struct: [] } }
        : { converted: CONVERTED.utf8, logical: { id: LOGICAL.string, struct: [] } };
    default:
      return {};
  }
}

/** SchemaElements of a flat schema: the root, then one optional leaf per column. */
export function schemaElements(columns: readonly PartColumn[]): ThriftField[][] {
  const root: ThriftField[] = [
    { id: 4, text: 'schema' },
    { id: 5, i32: columns.length },
  ];
  return [root, ...columns.map(leafElement)];
}

function leafElement({ name, logical }: PartColumn): ThriftField[] {
  const { physical, width } = storedAs(logical);
  const notes = annotations(logical);
  const element: ThriftField[] = [{ id: 1, i32: physical }];
  if (width !== undefined) element.push({ id: 2, i32: width });
  element.push({ id: 3, i32: REPETITION.optional }, { id: 4, text: name });
  if (notes.converted !== undefined) element.push({ id: 6, i32: notes.converted });
  if (notes.scale !== undefined) element.push({ id: 7, i32: notes.scale });
  if (notes.precision !== undefined) element.push({ id: 8, i32: notes.precision });
  if (notes.logical) element.push({ id: 10, struct: [notes.logical] });
  return element;
}
