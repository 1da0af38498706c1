/** Parts of HTML reports: no script, nothing loaded from elsewhere, light or dark as the reader's screen is. */
import { printable } from '../core/printable';
import { REPORT_STYLE } from './report-style';

export interface HtmlGrid {
  head: readonly string[];
  /** Columns whose cells are figures. */
  right: readonly number[];
  rows: readonly (readonly string[])[];
}

/** A page of its own. `title` is text, `body` markup; empty parts are left out. */
export function page(title: string, body: readonly string[], style = ''): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${text(title)}</title>`,
    `<style>${REPORT_STYLE}${style}</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...body.filter((part) => part !== ''),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Nothing, where there is no content. */
export const section = (title: string, content: string): string =>
  content === '' ? '' : `<section>\n<h2>${text(title)}</h2>\n${content}\n</section>`;

export const list = (lines: readonly string[], kind = ''): string =>
  lines.length === 0
    ? ''
    : `<ul${kind === '' ? '' : ` class="${kind}"`}>${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ul>`;

export const facts = (pairs: readonly (readonly [string, string])[]): string =>
  `<dl>${pairs.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`).join('')}</dl>`;

const GOOD = new Set(['done', 'published', 'equal', 'equal by parts', 'ready', 'ok', 'passed', 'checked']);
const BAD = new Set(['failed', 'refused', 'different', 'extremely low', 'extremely high', 'critical']);

/** A word that is coloured by what it means. */
export const badge = (word: string): string => `<span class="badge ${toneOf(word)}">${text(word)}</span>`;

const toneOf = (word: string): string => (GOOD.has(word) ? 'good' : BAD.has(word) ? 'bad' : 'other');

/** A table. `state`: the column whose word is coloured, from the end when negative; undefined: none is. */
export function grid({ head, right, rows }: HtmlGrid, state?: number): string {
  const at = state !== undefined && state < 0 ? head.length + state : state;
  const side = (index: number): string => (right.includes(index) ? ' class="figure"' : '');
  const titles = head.map((title, index) => `<th scope="col"${side(index)}>${text(title)}</th>`);
  const lines = rows.map((row) => {
    const cells = row.map((cell, index) =>
      index === at ? `<td>${badge(cell)}</td>` : `<td${side(index)}>${text(cell)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="wide"><table><thead><tr>${titles.join('')}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table></div>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Names and values come from databases and files: none of them becomes markup. */
export const text = (value: string): string =>
  printable(value.toWellFormed()).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
