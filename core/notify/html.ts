import { type Failure, subjectOf } from './failures';
import type { Story, StoryTable } from './story';
import { count } from './words';

const SHOWN = 20;

const COLOURS: Readonly<Record<Story['event'], string>> = {
  done: '#1a7f37',
  partial: '#9a6700',
  slow: '#9a6700',
  cancelled: '#57606a',
  failed: '#cf222e',
  refused: '#cf222e',
};

/** Text as HTML shows it: nothing in it is markup. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The message as a page of its own: no scripts, no images, nothing loaded from anywhere. */
export function htmlOf(story: Story): string {
  const { lead, facts, table, failures, untold = 0, running, commands, links } = story;
  const rows = facts.map(
    ({ label, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#57606a;vertical-align:top">${escapeHtml(label)}</td><td style="padding:2px 0">${escapeHtml(value)}</td></tr>`,
  );
  return page(story, [
    `<p>${escapeHtml(lead)}</p>`,
    `<table style="border-collapse:collapse">${rows.join('')}</table>`,
    ...(table ? [`<h3>${escapeHtml(table.title)}</h3>`, tableHtml(table)] : []),
    ...(failures.length > 0
      ? [
          `<h3>What went wrong</h3>`,
          ...failures.slice(0, SHOWN).map(failureHtml),
          ...more(failures.length + untold, Math.min(failures.length, SHOWN)),
        ]
      : []),
    ...(running.length > 0
      ? [
          '<h3>What is still going on</h3>',
          `<ul>${running
            .slice(0, SHOWN)
            .map((line) => `<li>${escapeHtml(line)}</li>`)
            .join('')}</ul>`,
          ...more(running.length),
        ]
      : []),
    '<h3>What to do next</h3>',
    ...commands.map(({ command, why }) => `<p>${escapeHtml(why)}:<br><code>${escapeHtml(command)}</code></p>`),
    ...links.map(({ label, url }) => `<p><a href="${escapeHtml(url)}">${escapeHtml(label)}</a></p>`),
  ]);
}

/** Words of a template as such a page: its text as it is, line by line. */
export function htmlOfText(story: Pick<Story, 'event' | 'headline'>, text: string): string {
  return page(story, [`<div style="white-space:pre-wrap">${escapeHtml(text)}</div>`]);
}

function page({ event, headline }: Pick<Story, 'event' | 'headline'>, body: readonly string[]): string {
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(headline)}</title></head>`,
    '<body style="font:14px/1.5 sans-serif;color:#1f2328;max-width:46em">',
    `<h2 style="color:${COLOURS[event]}">${escapeHtml(headline)}</h2>`,
    ...body,
    '</body></html>',
    '',
  ].join('\n');
}

function tableHtml({ head, right, rows }: StoryTable): string {
  const cell = (tag: 'th' | 'td', value: string, column: number): string =>
    `<${tag} style="padding:2px 16px 2px 0;text-align:${right.includes(column) ? 'right' : 'left'}">${escapeHtml(value)}</${tag}>`;
  const line = (tag: 'th' | 'td', cells: readonly string[]): string =>
    `<tr>${cells.map((value, column) => cell(tag, value, column)).join('')}</tr>`;
  return `<table style="border-collapse:collapse">${line('th', head)}${rows.map((row) => line('td', row)).join('')}</table>`;
}

const failureHtml = (failure: Failure): string =>
  `<p><b>${escapeHtml(subjectOf(failure))}</b>: <code>${escapeHtml(failure.code)}</code> (${escapeHtml(failure.class)})<br>${escapeHtml(failure.message)}<br><i>Next: ${escapeHtml(failure.next)}</i></p>`;

const more = (total: number, shown = SHOWN): string[] =>
  total > shown ? [`<p>… and ${count(total - shown)} more</p>`] : [];
