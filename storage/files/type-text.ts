import type { LogicalType } from '../../core/types/table';

/** A logical type in a word, for people and for what reads Parquet: `int32`, `decimal(10,2)`, `text`. */
export function typeText(logical: LogicalType): string {
  if (logical.kind === 'decimal') return `decimal(${logical.precision},${logical.scale})`;
  return logical.kind === 'text' && logical.of === 'json' ? 'json' : logical.kind;
}
