/** A user's condition as text: can it leave its parentheses, and does its answer depend on the rows alone? */

/** Why the text is not one expression that can stand between parentheses, with the offset of the trouble. */
export interface TextProblem {
  reason: string;
  at: number;
}

interface Token {
  kind: 'word' | 'string' | 'name' | 'number' | 'mark';
  text: string;
  at: number;
}

const CLOSERS: Record<string, string> = { '(': ')', '[': ']' };

/**
 * Refuses what could end the expression or hide its end: semicolons, comments, open quotes and unmatched brackets.
 * The database itself judges the rest.
 */
export function findTextProblem(text: string): TextProblem | undefined {
  if (text.trim() === '') return { reason: 'it is empty', at: 0 };
  // Also inside quotes: it would end the statement's text on its way to the server.
  if (text.includes('\0')) return { reason: 'it contains a NUL character', at: text.indexOf('\0') };
  const scanned = scan(text);
  if (!Array.isArray(scanned)) return scanned;
  const open: Token[] = [];
  for (const token of scanned) {
    if (token.kind !== 'mark') continue;
    if (token.text in CLOSERS) open.push(token);
    else if (token.text === ')' || token.text === ']') {
      const opener = open.pop();
      if (!opener || CLOSERS[opener.text] !== token.text)
        return { reason: `there is a ${token.text} too many`, at: token.at };
    } else if (token.text === ';')
      return { reason: 'it must be a single expression, without a semicolon', at: token.at };
  }
  const unclosed = open.pop();
  return unclosed && { reason: `the ${unclosed.text} is not closed`, at: unclosed.at };
}

/** Words that read nothing but their operands. */
const PLAIN_WORDS = new Set(
  'and or not is null true false unknown in like ilike similar to escape between symmetric distinct from at time zone case when then else end isnull notnull any all array'.split(
    ' ',
  ),
);
/** Functions whose answer is the same for the same arguments, whoever asks and when. */
const PLAIN_FUNCTIONS = new Set(
  'abs ceil ceiling floor round trunc mod sign length char_length octet_length lower upper trim btrim ltrim rtrim substring substr left right replace position strpos coalesce nullif greatest least md5 in any all and or not when then else between array'.split(
    ' ',
  ),
);
const PLAIN_TYPES = new Set(
  'int integer smallint bigint int2 int4 int8 numeric decimal real float text varchar date timestamp timestamptz boolean bool uuid bytea interval'.split(
    ' ',
  ),
);
/** Constants that look like dates and mean another day tomorrow. */
const MOVING_DATES = /\b(now|today|tomorrow|yesterday)\b/i;
/** Words that are the clock's or the session's even where a column has that name. */
const MOVING_WORDS = /^(current_\w+|localtime|localtimestamp|session_user|system_user|user)$/;

/**
 * Whether the condition can only give another answer for a row when the row changes. False for anything not known:
 * functions outside a short list, sub-selects, the clock, the session.
 */
export function dependsOnRowsOnly(text: string, columns: readonly string[]): boolean {
  const tokens = scan(text);
  if (!Array.isArray(tokens)) return false;
  const names = new Set(columns);
  return tokens.every((token, index) => {
    if (token.kind === 'string') return !MOVING_DATES.test(token.text);
    const isCall = tokens[index + 1]?.text === '(';
    if (token.kind === 'name') return names.has(token.text.slice(1, -1).replaceAll('""', '"')) && !isCall;
    if (token.kind !== 'word') return true;
    const word = token.text.toLowerCase();
    if (MOVING_WORDS.test(word)) return false;
    if (tokens[index + 1]?.kind === 'string' && tokens[index + 1]?.at === token.at + token.text.length) return false;
    if (isCall) return PLAIN_FUNCTIONS.has(word) || (PLAIN_TYPES.has(word) && tokens[index - 1]?.text === ':');
    return names.has(word) || PLAIN_WORDS.has(word) || PLAIN_TYPES.has(word);
  });
}

/** A quote, perhaps with a sign before it that says what stands inside, or the start of a dollar quote. */
const OPENS_QUOTE = /(?:[eEbBxXnN]|[uU]&)?'|(?:[uU]&)?"|\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
/** As PostgreSQL knows them; other blanks of Unicode are letters to it. */
const BLANK = /[ \t\n\r\f\v]/;
const PATTERNS: [Token['kind'], RegExp][] = [
  // A string goes on after a line break, and one with escapes goes on with escapes.
  ['string', /[eE]'(?:[^'\\]|\\[\s\S]|'')*'(?:[ \t\f\v]*[\n\r][ \t\n\r\f\v]*'(?:[^'\\]|\\[\s\S]|'')*')*/y],
  ['string', /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'/y],
  ['string', /(\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$)[\s\S]*?\1/y],
  ['name', /(?:[uU]&)?"(?:[^"]|"")*"/y],
  ['number', /(?:\d[\d.]*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['word', /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y],
];

/** Cuts the text into tokens as PostgreSQL's scanner does where it matters: quotes of all sorts, comments, brackets. */
function scan(text: string): Token[] | TextProblem {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    const pair = text.slice(at, at + 2);
    if (pair === '--' || pair === '/*') return { reason: 'it must not contain a comment', at };
    if (BLANK.test(character)) {
      at += 1;
      continue;
    }
    OPENS_QUOTE.lastIndex = at;
    const isQuoted = OPENS_QUOTE.test(text);
    const token = match(isQuoted ? PATTERNS.slice(0, 4) : PATTERNS.slice(4), text, at) ?? {
      kind: 'mark' as const,
      text: character,
      at,
    };
    if (isQuoted && token.kind === 'mark') return { reason: 'a quote is not closed', at };
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function match(patterns: typeof PATTERNS, text: string, at: number): Token | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) return { kind, text: found[0], at };
  }
  return undefined;
}
