/** SQL text of PostgreSQL: the only place where names and values become part of a statement. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { TableRef } from '../../core/types/table';

/** A name as a quoted identifier. Any name survives except one with a NUL character, which PostgreSQL has no room for. */
export function ident(name: string): string {
  if (name === '') throw new LongshoreError('CONFIG_INVALID', 'A name of a schema, table or column is empty.');
  refuseNul(name, 'A name');
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"`. */
export const qualified = (ref: TableRef): string => `${ident(ref.schema)}.${ident(ref.name)}`;

/** Names as a comma-separated list of identifiers. */
export const identList = (names: readonly string[]): string => names.map(ident).join(', ');

/** A text as a string literal, for the few places that take no parameters. Right for either setting of standard_conforming_strings. */
export function literal(text: string): string {
  refuseNul(text, 'A value');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return quoted.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** The table as a `regclass` constant; the statement fails when there is no such table. */
export const regclass = (ref: TableRef): string => `${literal(qualified(ref))}::pg_catalog.regclass`;

/** Conditions joined by AND, each in parentheses; empty text when there are none. */
export const allOf = (conditions: readonly string[]): string =>
  conditions.map((condition) => `(${condition})`).join(' AND ');

/** ` WHERE …`, or nothing when there are no conditions. */
export const whereClause = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` WHERE ${allOf(conditions)}`;

function refuseNul(text: string, what: string): void {
  if (text.includes('\0'))
    throw new LongshoreError(
      'CONFIG_INVALID',
      `${what} contains a NUL character, which PostgreSQL cannot hold: ${JSON.stringify(text)}.`,
    );
}
