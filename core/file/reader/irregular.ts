import type { RejectReason, RejectedRow } from '../../types/file';
import { bytesAsText } from './lines';
import type { Irregularity, ScanRules } from './scan';

/** Of a rejected row this many bytes are shown. */
const SHOWN_BYTES = 2000;

const REASONS: Record<Irregularity | 'encoding', RejectReason> = {
  few: 'too-few-fields',
  many: 'too-many-fields',
  junk: 'unbalanced-quote',
  open: 'unbalanced-quote',
  doubtful: 'unbalanced-quote',
  stray: 'unbalanced-quote',
  surplus: 'too-many-fields',
  nul: 'nul-byte',
  long: 'line-too-long',
  encoding: 'invalid-encoding',
};

/** What is said of a row that cannot be read. `limit`: most bytes of a row. */
export function rejectedRow(
  why: Irregularity | 'encoding',
  line: number,
  bytes: Uint8Array,
  rules: ScanRules,
  limit: number,
): RejectedRow {
  return {
    line,
    reason: REASONS[why],
    message: messageOf(why, bytes, rules, limit),
    text: new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES)),
  };
}

function messageOf(why: Irregularity | 'encoding', bytes: Uint8Array, rules: ScanRules, limit: number): string {
  switch (why) {
    case 'few':
    case 'many':
    case 'surplus': {
      const fields = countFields(bytes, rules);
      return `The row has ${fields} field${fields === 1 ? '' : 's'} where the table has ${rules.width}, and there is no one way to put it right.`;
    }
    case 'junk':
      return 'A quoted field goes on after its closing quote, and there is no one way to put it right.';
    case 'open':
    case 'doubtful':
    case 'stray':
      return 'A quote is opened and never closed, and there is no one way to put it right.';
    case 'nul':
      return 'The row has a NUL byte, which no text may have.';
    case 'long':
      return `The row is longer than ${limit} bytes.`;
    case 'encoding':
      return 'The row has bytes that are no text in the encoding of the file.';
  }
}

function countFields(bytes: Uint8Array, { delimiter, delimiter2, quote }: ScanRules): number {
  let fields = 1;
  let quoted = false;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === quote) quoted = !quoted;
    else if (!quoted && bytes[at] === delimiter && (delimiter2 < 0 || bytes[at + 1] === delimiter2)) fields++;
  }
  return fields;
}

/** Whether a line has, quotes aside, as many separators as a row. */
export function hasRowsShape(bytes: Uint8Array, rules: ScanRules): boolean {
  return rules.width >= 3 && countFields(bytes, rules) === rules.width;
}

/** Physical lines that `bytes` end or begin: at least one. */
export function countLines(bytes: Uint8Array): number {
  const text = bytesAsText(bytes, 0, bytes.length);
  return Math.max(1, text.match(/\r\n|\n|\r/g)?.length ?? 1);
}
