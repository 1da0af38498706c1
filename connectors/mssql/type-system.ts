/** SQL Server's types in Longshore's vocabulary. Pure: no driver, no server. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { LogicalType } from '../../core/types/table';
import type { ColumnPlan, PartColumn } from '../../core/types/transfer';
import type { DatabaseKind } from '../../schemas/constants';
import type { TypeSystem } from '../connector';
import { logicalType, parseNativeType, spell } from './native-types';
import { fits } from './type-fit';

export const mssqlTypes = {
  kind: 'mssql',
  examples: [
    'bit',
    'tinyint',
    'smallint',
    'int',
    'bigint',
    'decimal(9,2)',
    'decimal(18,0)',
    'decimal(38,10)',
    'money',
    'smallmoney',
    'real',
    'float',
    'date',
    'time(0)',
    'time(6)',
    'time(7)',
    'datetime',
    'smalldatetime',
    'datetime2(0)',
    'datetime2(6)',
    'datetime2(7)',
    'datetimeoffset(0)',
    'datetimeoffset(7)',
    'char(10)',
    'varchar(50)',
    'varchar(max)',
    'text',
    'nchar(10)',
    'nvarchar(50)',
    'nvarchar(max)',
    'ntext',
    'xml',
    'json',
    'binary(8)',
    'varbinary(50)',
    'varbinary(max)',
    'image',
    'rowversion',
    'uniqueidentifier',
    'hierarchyid',
    'geometry',
    'geography',
    'sql_variant',
    'vector',
  ],
  logical: logicalType,
  nativeType,
  fits,
} as const satisfies TypeSystem;

/** Longest nvarchar that is not kept apart from its row. */
const LONGEST_NVARCHAR = 4000;

function nativeType(column: ColumnPlan | PartColumn, sourceKind: DatabaseKind): string {
  const isPlan = 'source' in column;
  const sourceType = isPlan ? column.sourceType : column.nativeType;
  if (sourceKind === 'mssql') {
    const type = parseNativeType(sourceType);
    // Only the server itself writes a rowversion; what it was in the source stays readable.
    if (type.name === 'rowversion') return 'varbinary(8)';
    if (type.isBuiltIn) return spell(type);
  }
  const created = typeFor(
    column.logical,
    sourceKind === 'postgres' ? sourceType : '',
    isPlan ? column.target : column.name,
  );
  return isPlan && column.inKey === true ? keyType(created) : created;
}

/** A key has room for 900 bytes. A longer value is an error of its own, and no key of people is as long. */
function keyType(created: string): string {
  if (created === 'varbinary(max)') return 'varbinary(900)';
  const length = /^nvarchar\((\w+)\)$/.exec(created)?.[1];
  return length === 'max' || Number(length) > 450 ? 'nvarchar(450)' : created;
}

/** The type with room for every ordinary value of a logical type. */
function typeFor(logical: LogicalType, sourceType: string, column: string): string {
  switch (logical.kind) {
    case 'boolean':
      return 'bit';
    case 'int16':
      return 'smallint';
    case 'int32':
      return 'int';
    case 'int64':
      return 'bigint';
    case 'float32':
      return 'real';
    case 'float64':
      return 'float';
    case 'date':
      return 'date';
    case 'time':
      return 'time(6)';
    case 'timestamp':
      return 'datetime2(6)';
    case 'timestamptz':
      return 'datetimeoffset(6)';
    case 'uuid':
      return 'uniqueidentifier';
    case 'bytes':
      return 'varbinary(max)';
    case 'decimal':
      if (logical.precision < 1 || logical.precision > 38 || logical.scale < 0 || logical.scale > logical.precision)
        throw new LongshoreError(
          'TYPE_NOT_SUPPORTED',
          `Column ${column}: SQL Server has no decimal(${logical.precision},${logical.scale}).`,
          { column },
        );
      return `decimal(${logical.precision},${logical.scale})`;
    case 'text': {
      // A character outside the basic plane takes two units, and lengths are counted in those.
      const limit = /^(?:character varying|varchar|character|char|bpchar)\s*\((\d+)\)$/i.exec(sourceType)?.[1];
      const units = 2 * Number(limit ?? Infinity);
      return logical.of === 'text' && units <= LONGEST_NVARCHAR ? `nvarchar(${units})` : 'nvarchar(max)';
    }
  }
}
