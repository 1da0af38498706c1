/** Conditions of users before they become part of a statement: one expression, which reads nothing but the row. */
import type { WarehouseKind } from '../../schemas/constants';
import { dialectOf } from './dialect';

interface Token {
  kind: 'word' | 'quoted' | 'mark';
  text: string;
}

/** Words that open a query of its own. */
const QUERIES = new Set([
  'select',
  'with',
  'values',
  'table',
  'insert',
  'update',
  'delete',
  'merge',
  'into',
  'call',
  'execute',
  'exec',
]);
/** Functions that reach beyond the row: files, settings, sequences, sessions, other databases. */
const REACHING =
  /^(system\$|pg_|lo_|dblink|set_config|current_setting|nextval|setval|query_to_xml|table_to_xml|database_to_xml|cursor_to_xml|getenv|getvariable|read_|glob$|query$|query_table$|get_presigned_url|build_scoped_file_url)/;
const AGGREGATES = new Set(
  `any_value approx_count_distinct approx_percentile arg_max arg_min array_agg avg bit_and bit_or bit_xor bool_and bool_or
   booland_agg boolor_agg boolxor_agg corr count count_if count_star countif covar_pop covar_samp every first hash_agg kurtosis
   last listagg max max_by mean median min min_by mode percentile_cont percentile_disc product quantile_cont quantile_disc
   regr_slope skew stddev stddev_pop stddev_samp string_agg sum variance var_pop var_samp variance_pop variance_samp`.split(
    /\s+/,
  ),
);

/** Why the text cannot be a rule, as the end of a sentence; undefined when nothing speaks against it. */
export function ruleProblem(kind: WarehouseKind, condition: string): string | undefined {
  if (condition.trim() === '') return 'is empty';
  const tokens = tokensOf(kind, condition);
  if (typeof tokens === 'string') return tokens;
  let depth = 0;
  for (const { kind: sort, text } of tokens) {
    if (sort === 'quoted') continue;
    const word = text.toLowerCase();
    if (text === ';') return 'holds a semicolon; a rule is one expression';
    if (text === '(') depth++;
    if (text === ')' && --depth < 0) return 'closes a bracket that it never opened';
    if (sort === 'word' && QUERIES.has(word)) return `holds ${text}; a rule reads nothing but the columns of its rows`;
    if (sort === 'word' && REACHING.test(word)) return `calls ${text}, which reaches beyond the rows`;
  }
  return depth > 0 ? 'opens a bracket that it never closes' : undefined;
}

/** Whether a rule without problems speaks of the rows as a whole. */
export function isAggregate(kind: WarehouseKind, condition: string): boolean {
  const tokens = tokensOf(kind, condition);
  if (typeof tokens === 'string') return false;
  return tokens.some(
    ({ kind: sort, text }, index) =>
      sort === 'word' && AGGREGATES.has(text.toLowerCase()) && tokens[index + 1]?.text === '(',
  );
}

/** Words, quoted texts and single marks; a sentence's end where the text cannot be told apart for certain. */
function tokensOf(kind: WarehouseKind, text: string): Token[] | string {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const character = text[at] ?? '';
    const two = text.slice(at, at + 2);
    if (two === '--' || two === '/*' || (two === '//' && kind === 'snowflake')) return 'holds a comment';
    if (two === '$$' || /^\$\w*\$/.test(text.slice(at))) return 'holds a text in dollar signs';
    if (character === "'" || character === '"') {
      const previous = tokens.at(-1);
      const isEscape = character === "'" && text[at - 1]?.toLowerCase() === 'e' && previous?.text.toLowerCase() === 'e';
      const escapes = character === "'" && (dialectOf(kind).backslashEscapes || isEscape);
      const end = endOfQuoted(text, at, character, escapes);
      if (end === undefined) return 'opens a quotation mark that it never closes';
      tokens.push({ kind: 'quoted', text: text.slice(at, end) });
      at = end;
      continue;
    }
    const word = /^[\p{L}_][\p{L}\p{N}_$]*/u.exec(text.slice(at))?.[0];
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (character === '\0') return 'holds a NUL character';
    else if (!/\s/.test(character)) tokens.push({ kind: 'mark', text: character });
    at += word?.length ?? 1;
  }
  return tokens;
}

function endOfQuoted(text: string, start: number, quote: string, escapes: boolean): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (escapes && text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return undefined;
}
