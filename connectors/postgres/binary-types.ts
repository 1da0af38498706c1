import type { LogicalType } from '../../core/types/table';

/** A native type taken apart: `numeric(12,2)` → numeric, [12, 2]; `timestamp(3) with time zone` → timestamptz, [3]. */
export interface NativeType {
  /** Internal name (pg_type.typname) of types that have one form on the wire, else the name as given. */
  base: string;
  modifiers: number[];
}

const SYNONYMS: Record<string, string> = {
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  int: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  float: 'float8',
  decimal: 'numeric',
  'character varying': 'varchar',
  character: 'bpchar',
  char: 'bpchar',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time with time zone': 'timetz',
};

/** Reads a type as format_type spells it, or as people do. Quoted and unknown names come back as they are. */
export function parseNativeType(text: string): NativeType {
  const match = /^([^()[\]"]*?)\s*(?:\(([-\d,\s]*)\))?\s*([^()[\]"]*)$/.exec(text.trim());
  if (!match) return { base: text.trim(), modifiers: [] };
  const words = `${match[1]} ${match[3]}`
    .trim()
    .replaceAll(/\s+/g, ' ')
    .toLowerCase()
    .replace(/^pg_catalog\./, '');
  const base = Object.hasOwn(SYNONYMS, words) ? SYNONYMS[words]! : words;
  const modifiers = match[2]?.trim() ? match[2].split(',').map(Number) : [];
  // `character` alone is one character long; `bpchar` alone has no limit.
  return { base, modifiers: base === 'bpchar' && words !== 'bpchar' && modifiers.length === 0 ? [1] : modifiers };
}

/** Types whose binary form is their text in the client's encoding. */
const TEXT_FORM = new Set(['text', 'varchar', 'bpchar', 'name', 'json', 'citext']);

const UNSIGNED_32 = new Set([
  'oid',
  'xid',
  'cid',
  'regproc',
  'regprocedure',
  'regoper',
  'regoperator',
  'regclass',
  'regtype',
  'regrole',
  'regnamespace',
  'regconfig',
  'regdictionary',
  'regcollation',
]);

/** Forms of values in binary COPY that Longshore reads and writes. */
export type WireForm =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'uint4'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'uuid'
  | 'bytes'
  | 'text'
  | 'jsonb';

/** The form of a native type on the wire, or undefined when Longshore has none for it. */
export function wireForm({ base }: NativeType, isEnum = false): WireForm | undefined {
  if (isEnum || TEXT_FORM.has(base)) return 'text';
  if (UNSIGNED_32.has(base)) return 'uint4';
  switch (base) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
    case 'numeric':
    case 'date':
    case 'time':
    case 'uuid':
    case 'jsonb':
      return base;
    case 'timestamp':
    case 'timestamptz':
      return 'timestamp';
    case 'bytea':
      return 'bytes';
    default:
      return undefined;
  }
}

/** The form in which a source column of this logical type arrives. Types without a form of their own arrive as text. */
export function sourceForm(logical: LogicalType, nativeType: string): WireForm {
  const form = wireForm(parseNativeType(nativeType));
  switch (logical.kind) {
    case 'boolean':
      return 'bool';
    case 'int16':
      return 'int2';
    case 'int32':
      return form === 'int2' ? 'int2' : 'int4';
    case 'int64':
      return form === 'int2' || form === 'int4' || form === 'uint4' ? form : 'int8';
    case 'float32':
      return 'float4';
    case 'float64':
      return form === 'float4' ? 'float4' : 'float8';
    case 'decimal':
      return 'numeric';
    case 'date':
    case 'time':
    case 'uuid':
      return logical.kind;
    case 'timestamp':
    case 'timestamptz':
      return 'timestamp';
    case 'bytes':
      return 'bytes';
    case 'text':
      return form === 'jsonb' && logical.of === 'json' ? 'jsonb' : 'text';
  }
}
