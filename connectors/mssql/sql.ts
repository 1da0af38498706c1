/** SQL text of SQL Server: the only place where names and values become part of a statement. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { TableRef } from '../../core/types/table';

/**
 * A name as a quoted identifier: in brackets, or, where it has a closing one, in double quotes, since not every server
 * reads a doubled bracket (sessions have QUOTED_IDENTIFIER on). Any name survives except one with a NUL character.
 */
export function ident(name: string): string {
  if (name === '')
    throw new LongshoreError('CONFIG_INVALID', 'A name of a database, schema, table or column is empty.');
  refuseNul(name, 'A name');
  return name.includes(']') ? `"${name.replaceAll('"', '""')}"` : `[${name}]`;
}

/** `[schema].[name]`, with `[database].` before it for a table of another database. */
export const qualified = ({ database, schema, name }: TableRef): string =>
  `${database === undefined ? '' : `${ident(database)}.`}${ident(schema)}.${ident(name)}`;

/** Names as a comma-separated list of identifiers. */
export const identList = (names: readonly string[]): string => names.map(ident).join(', ');

/** A text as a Unicode string constant, for the few places that take no parameters. */
export function literal(text: string): string {
  refuseNul(text, 'A value');
  // A backslash at the end of a line joins it to the next one, even inside a string constant.
  const pieces = text.split(/(?<=\\)(?=\r?\n)/);
  const quoted = pieces.map((piece) => `N'${piece.replaceAll("'", "''")}'`);
  return quoted.length === 1 ? quoted[0]! : `(${quoted.join(' + ')})`;
}

/** `[database].sys.`, or `sys.` for the session's own database: where a database's catalog views are. */
export const sysOf = (database: string | undefined): string =>
  database === undefined ? 'sys.' : `${ident(database)}.sys.`;

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
      `${what} contains a NUL character, which a statement of SQL Server cannot hold: ${JSON.stringify(text)}.`,
    );
}
