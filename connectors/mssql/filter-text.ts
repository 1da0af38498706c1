/** A user's condition or expression as text: can it leave its parentheses, or do anything but compute a value? Pure. */

/** Why the text is not one expression that can stand between parentheses, with the offset of the trouble. */
export interface TextProblem {
  reason: string;
  at: number;
}

interface Token {
  kind: 'word' | 'quoted' | 'number' | 'mark';
  text: string;
  at: number;
}

/** Words of statements and of functions that reach beyond the database; none of them can be a name without brackets. */
const REFUSED = new Set(
  (
    'alter backup begin browse bulk checkpoint commit compute create dbcc deny disk drop dump exec execute goto grant insert into kill ' +
    'lineno load merge opendatasource openquery openrowset print raiserror readtext reconfigure restore revert revoke rollback save ' +
    'setuser shutdown truncate updatetext use waitfor while writetext declare delete set xp_cmdshell sp_executesql'
  ).split(' '),
);

const BLANK = /\s/;
const PATTERNS: [Token['kind'], RegExp][] = [
  ['quoted', /[nN]?'(?:[^']|'')*'(?!')/y],
  ['quoted', /\[(?:[^\]]|\]\])*\](?!\])/y],
  ['quoted', /"(?:[^"]|"")*"(?!")/y],
  ['number', /0x[0-9a-f]*|(?:\d[\d.]*|\.\d+)(?:[eE][+-]?\d+)?/iy],
  ['word', /[\p{L}_@#][\p{L}\p{M}\p{N}_@#$]*/uy],
];

/**
 * Refuses what could end the expression or hide its end (semicolons, comments, open quotes, unmatched parentheses) and
 * what does more than compute. Sub-selects are allowed. The database itself judges the rest.
 */
export function findTextProblem(text: string): TextProblem | undefined {
  if (text.trim() === '') return { reason: 'it is empty', at: 0 };
  if (text.includes('\0')) return { reason: 'it contains a NUL character', at: text.indexOf('\0') };
  const tokens = scan(text);
  if (!Array.isArray(tokens)) return tokens;
  const open: Token[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') open.push(token);
    else if (token.text === ')' && !open.pop()) return { reason: 'there is a ) too many', at: token.at };
    else if (token.text === ';') return { reason: 'it must be a single expression, without a semicolon', at: token.at };
    if (token.kind !== 'word') continue;
    const word = token.text.toLowerCase();
    if (REFUSED.has(word)) return { reason: `${token.text.toUpperCase()} has no place in it`, at: token.at };
    if (word === 'next' && /^value$/i.test(tokens[index + 1]?.text ?? ''))
      return { reason: 'it must not draw numbers from a sequence', at: token.at };
  }
  const unclosed = open.pop();
  return unclosed && { reason: 'the ( is not closed', at: unclosed.at };
}

/** Cuts the text into tokens as the server's scanner does where it matters: quotes of all sorts, comments, words. */
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
    const token = match(text, at);
    if (token.kind === 'mark' && /['"[]/.test(token.text)) return { reason: 'a quote is not closed', at };
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function match(text: string, at: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) return { kind, text: found[0], at };
  }
  return { kind: 'mark', text: text.charAt(at), at };
}

/** The text around an offset, with a sign at the place. */
export function marked(text: string, at: number): string {
  const start = Math.max(0, at - 40);
  const line = `${start > 0 ? '…' : ''}${text.slice(start, at)}▸${text.slice(at, at + 40)}${at + 40 < text.length ? '…' : ''}`;
  return line.replace(/\s+/g, ' ');
}
