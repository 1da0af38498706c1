/** Quoting for DuckDB: every name and literal that reaches a statement goes through here. */
import type { TableRef } from '../../core/types/table';

/** A name in double quotes, its own double quotes doubled. */
export const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Text as a literal; DuckDB gives backslashes no meaning in plain quotes. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `"schema"."table"`. */
export const qualified = (ref: TableRef): string => `${ident(ref.schema)}.${ident(ref.name)}`;

/** A list of names for a column list or a key. */
export const idents = (names: readonly string[]): string => names.map(ident).join(', ');

/** A list literal of texts, as settings such as `allowed_paths` take it. */
export const literalList = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`;

/** The text with everything in quotes blanked out, position by position. */
export function outsideQuotes(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, (quoted) => ' '.repeat(quoted.length));
}

/** The text with everything in quotes or brackets blanked out, position by position. */
export function outsideBrackets(text: string): string {
  let depth = 0;
  let out = '';
  for (const char of outsideQuotes(text)) {
    if (')]}'.includes(char)) depth--;
    out += depth > 0 ? ' '.repeat(char.length) : char;
    if ('([{'.includes(char)) depth++;
  }
  return out;
}

/** Parts of a list at its own commas, not those in quotes or brackets; trimmed. */
export function topLevelItems(text: string): string[] {
  const plain = outsideBrackets(text);
  const items: string[] = [];
  let start = 0;
  for (let at = plain.indexOf(','); at >= 0; at = plain.indexOf(',', at + 1)) {
    items.push(text.slice(start, at).trim());
    start = at + 1;
  }
  return [...items, text.slice(start).trim()];
}

/** The name at the beginning of a definition, unquoted. */
export function leadingName(text: string): string {
  const quoted = /^"((?:[^"]|"")*)"/.exec(text);
  return quoted ? (quoted[1] ?? '').replaceAll('""', '"') : (/^[^\s(]+/.exec(text)?.[0] ?? text);
}
