import type { MonthFormat } from '../../../../core/types/month';
import type { CheckType } from '../../../../core/types/quality';
import type { WarehouseColumn, WarehouseTable } from '../../../../core/types/warehouse';

export const KINDS = ['snowflake', 'duckdb', 'postgres'] as const;

export const TEXT: CheckType = { kind: 'text' };
export const DATE: CheckType = { kind: 'date' };

export const format = (more: Partial<MonthFormat> = {}): MonthFormat => ({
  delimiter: '\t',
  quote: '',
  encoding: 'utf-8',
  headerLines: 1,
  nullTexts: ['\\N'],
  ...more,
});

export const column = (name: string, type: CheckType, more: Partial<WarehouseColumn> = {}): WarehouseColumn => ({
  name,
  nativeType: type.kind,
  type,
  nullable: true,
  hasDefault: false,
  ...more,
});

export const table = (...columns: WarehouseColumn[]): WarehouseTable => ({
  ref: { schema: 'sales', name: 'trades' },
  columns,
});
