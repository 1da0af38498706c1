/** Figures and texts as messages show them. */

/** `1,234,567`. */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `1 table`, `2 tables`. */
export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** `9 s`, `4m 10s`, `1h 05m`, `2d 03h`: two units at most. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}

/** `2026-11-20 05:00:12 UTC`. */
export const moment = (date: Date): string => `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Text from databases and files: nothing in it that a mail program, a terminal or Slack would obey. */
export const plain = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, ' ');

/** The same on one line, so that it can be a header. */
export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim();

/** At most `limit` characters, the last an ellipsis where something was cut off. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, Math.max(0, limit - 1));
  // Not between the halves of a character outside the basic plane.
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/** Lines of at most `width` characters, broken at blanks and each begun with `indent`. A longer word stays whole. */
export function wrap(text: string, width: number, indent = ''): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    let current = '';
    for (const word of line.split(/[ \t]+/)) {
      if (current !== '' && indent.length + lengthOf(current) + 1 + lengthOf(word) > width) {
        lines.push(current);
        current = word;
      } else current = current === '' ? word : `${current} ${word}`;
    }
    return [...lines, current].map((each) => `${indent}${each}`.trimEnd());
  });
}

const lengthOf = (text: string): number => Array.from(text).length;
