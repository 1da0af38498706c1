/** How columns are asked for, so that what comes over the wire has an exact form to be read in. Pure. */
import type { ColumnPlan } from '../../core/types/transfer';
import { logicalType, parseNativeType, type NativeTypeName } from './native-types';
import { ident } from './sql';

/** Longest text that is kept with its row. */
const LONGEST_NVARCHAR = 4000;

/** A column's value as SQL: the column itself, or the expression that masks it, as the column's type. */
export function valueSql({ source, sourceType, mask }: Pick<ColumnPlan, 'source' | 'sourceType' | 'mask'>): string {
  return mask?.rule === 'sql' ? `CAST((\n${mask.sql}\n) AS ${castType(sourceType)})` : ident(source);
}

/** A type's name where a cast names it. */
export function castType(nativeType: string): string {
  const type = parseNativeType(nativeType);
  return type.name === 'rowversion' ? 'binary(8)' : nativeType;
}

/**
 * A value as it is sent. `unicode`: text of a code page is turned into Unicode by the server; without it such text comes
 * as it is stored, which costs the server less. Throws TYPE_NOT_SUPPORTED for a type whose values cannot be read exactly.
 */
export function wireSql(column: Pick<ColumnPlan, 'source' | 'sourceType' | 'mask'>, unicode = false): string {
  logicalType(column.sourceType);
  const type = parseNativeType(column.sourceType);
  const isPlain = !unicode && (type.name === 'char' || type.name === 'varchar');
  return isPlain ? valueSql(column) : sentAs(valueSql(column), type);
}

/** A value in a form that has an exact reading; text as Unicode. */
export function sentAs(value: string, type: NativeTypeName): string {
  switch (type.name) {
    case 'char':
    case 'varchar': {
      const fits = typeof type.length === 'number' && type.length <= LONGEST_NVARCHAR;
      return `CONVERT(nvarchar(${fits ? type.length : 'max'}), ${value})`;
    }
    case 'text':
    case 'ntext':
    case 'xml':
    case 'json':
      return `CONVERT(nvarchar(max), ${value})`;
    case 'image':
    case 'geometry':
    case 'geography':
      return `CONVERT(varbinary(max), ${value})`;
    case 'hierarchyid':
      return `(${value}).ToString()`;
    default:
      return value;
  }
}
