/** PostgreSQL's type names taken apart, whichever of their spellings is used. */

export interface NativeTypeName {
  /** The catalogue's short name for built-in types (`int8`, `varchar`, `timestamptz`), else the text without modifiers. */
  name: string;
  /** Numbers in parentheses, e.g. [12, 2] for `numeric(12,2)`. */
  modifiers: number[];
  isArray: boolean;
  /** False for enums, domains, composites and types of extensions. */
  isBuiltIn: boolean;
}

const ALIASES: Record<string, string> = {
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  int: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  decimal: 'numeric',
  'character varying': 'varchar',
  character: 'bpchar',
  char: 'bpchar',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  bit: 'bit',
  'bit varying': 'varbit',
};

const BUILT_IN = new Set(
  (
    'bool int2 int4 int8 oid float4 float8 numeric money text varchar bpchar name "char" bytea date time timetz timestamp timestamptz interval uuid json jsonb xml ' +
    'jsonpath bit varbit inet cidr macaddr macaddr8 point line lseg box path polygon circle tsvector tsquery int4range int8range numrange tsrange tstzrange daterange ' +
    'int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange pg_lsn pg_snapshot txid_snapshot xid xid8 cid tid regclass regcollation ' +
    'regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype refcursor aclitem gtsvector oidvector int2vector'
  ).split(' '),
);

/** Reads a type as `format_type` writes it, or as people do. */
export function parseNativeType(text: string): NativeTypeName {
  const trimmed = text.trim();
  const isArray = trimmed.endsWith(']');
  const element = isArray ? trimmed.replace(/(\[\d*\])+$/, '').trim() : trimmed;
  const match = /\((\s*-?\d+\s*(?:,\s*-?\d+\s*)*)\)/.exec(element);
  const modifiers = match ? (match[1] ?? '').split(',').map(Number) : [];
  const bare = (match ? element.replace(match[0], '') : element).replace(/\s+/g, ' ').trim();
  // An interval's fields, as in `interval day to second`, limit what it holds and not what it is.
  const lower = bare.startsWith('"')
    ? bare
    : bare
        .toLowerCase()
        .replace(/^pg_catalog\./, '')
        .replace(/^interval .*/, 'interval');
  const name = ALIASES[lower] ?? lower;
  const isBuiltIn = BUILT_IN.has(name);
  return { name: isBuiltIn ? name : bare, modifiers, isArray, isBuiltIn };
}
