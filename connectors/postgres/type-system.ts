/** PostgreSQL's types as the rest of the house asks for them. Pure: no driver is loaded and no server asked. */
import type { LogicalType } from '../../core/types/table';
import type { ColumnPlan, PartColumn } from '../../core/types/transfer';
import type { DatabaseKind } from '../../schemas/constants';
import type { TypeSystem } from '../connector';
import { maxCharacters } from './foreign-types';
import { parseNativeType } from './native-types';
import { fits } from './type-fit';
import { logicalType, typeFor } from './types';

/** One of every sort, as `format_type` spells it; the last are an enum, a domain, a composite type and an extension's type. */
const EXAMPLES = [
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'oid',
  'real',
  'double precision',
  'numeric(12,2)',
  'numeric(38,10)',
  'numeric(50,20)',
  'numeric(3,-2)',
  'numeric',
  'money',
  'text',
  'character varying(40)',
  'character varying',
  'character(10)',
  'name',
  '"char"',
  'bytea',
  'date',
  'time without time zone',
  'time(3) without time zone',
  'time with time zone',
  'timestamp without time zone',
  'timestamp(3) without time zone',
  'timestamp with time zone',
  'timestamp(0) with time zone',
  'interval',
  'interval day to second(3)',
  'uuid',
  'json',
  'jsonb',
  'jsonpath',
  'xml',
  'bit(8)',
  'bit varying(64)',
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
  'tsvector',
  'tsquery',
  'int4range',
  'int8range',
  'numrange',
  'tsrange',
  'tstzrange',
  'daterange',
  'int4multirange',
  'int8multirange',
  'nummultirange',
  'tsmultirange',
  'tstzmultirange',
  'datemultirange',
  'pg_lsn',
  'pg_snapshot',
  'xid8',
  'tid',
  'regclass',
  'integer[]',
  'text[]',
  'character varying(40)[]',
  'numeric(12,2)[]',
  'timestamp with time zone[]',
  'jsonb[]',
  'public.an_enum',
  'public.a_domain',
  'public.a_composite',
  'public.citext',
] as const;

export const postgresTypes = {
  kind: 'postgres',
  examples: EXAMPLES,
  logical,
  nativeType,
  fits,
} satisfies TypeSystem;

/**
 * By the name alone: enums, domains and types of extensions other than citext count as types in a notation of their own,
 * where `describeTables`, which asks the catalogue, knows an enum's values as text and a domain's as those beneath.
 */
function logical(native: string): LogicalType {
  const { name, modifiers, isArray, isBuiltIn } = parseNativeType(native);
  const isCitext = /(^|\.)"?citext"?$/.test(name);
  const [precision, scale = 0] = modifiers;
  return logicalType({
    name: isArray ? `_${name}` : isCitext ? 'citext' : name,
    schema: isBuiltIn ? 'pg_catalog' : '',
    kind: 'b',
    modifier: name === 'numeric' && precision !== undefined ? ((precision << 16) | (scale & 0x7ff)) + 4 : -1,
  });
}

/**
 * A PostgreSQL source's built-in types stay what they are; types of its own making (enums, domains, extensions) become
 * what their values travel as, since the target may not have them. Limits of length are kept where they count no less
 * than characters.
 */
function nativeType(column: ColumnPlan | PartColumn, kind: DatabaseKind): string {
  const [name, native] = 'source' in column ? [column.source, column.sourceType] : [column.name, column.nativeType];
  if (kind === 'postgres' && parseNativeType(native).isBuiltIn) return native;
  const { logical: values } = column;
  const most =
    values.kind === 'text' && values.of === 'text'
      ? maxCharacters({ nativeType: native, logical: values, kind })
      : undefined;
  return kind === 'mssql' && most !== undefined ? `character varying(${most})` : typeFor(values, name);
}
