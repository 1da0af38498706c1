/** Names and literals in Snowflake's SQL. */
import type { WarehouseTableRef } from '../warehouse';

/** An identifier exactly as it stands, case included. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A table's name with its database and schema. */
export const quoteTable = ({ database, schema, name }: WarehouseTableRef): string =>
  [...(database === undefined ? [] : [database]), schema, name].map(quoteName).join('.');

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "''", '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A text as a literal. A backslash escapes in Snowflake, so that it is doubled like a quote. */
export const literal = (text: string): string =>
  `'${text.replaceAll(/[\\'\t\n\r]/g, (mark) => ESCAPES[mark] ?? mark)}'`;

const PLAIN_PATH = /^[A-Za-z0-9_./-]*$/;

/** A place in a stage of the session's schema. Paths are Longshore's own; one that is not plain is quoted. */
export function stagePlace(stage: string, path = ''): string {
  const place = path === '' ? `@${stage}` : `@${stage}/${path}`;
  return PLAIN_PATH.test(path) ? place : literal(place);
}

/** As Snowflake folds a name that is not quoted. */
export const folded = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) ? name.toUpperCase() : name);
