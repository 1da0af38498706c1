import { type Failure, subjectOf } from './failures';
import type { Story, StoryTable } from './story';
import { count, wrap } from './words';

const WIDTH = 78;
/** Tables or files told of one by one; the rest is counted. */
const SHOWN = 20;

/** The message as plain text, in lines of at most 80 columns unless a single word is longer. */
export function textOf(story: Story): string {
  const { lead, facts, table, failures, running, commands, links } = story;
  const label = Math.max(...facts.map((fact) => fact.label.length)) + 2;
  const blocks = [
    wrap(lead, WIDTH),
    facts.flatMap((fact) => {
      const [first = '', ...rest] = wrap(fact.value, WIDTH - label);
      return [`${fact.label.padEnd(label)}${first}`, ...rest.map((line) => `${' '.repeat(label)}${line}`)];
    }),
    table ? [table.title, '', ...tableText(table).map((line) => `  ${line}`)] : [],
    failures.length > 0 ? ['What went wrong', '', failureText(story)] : [],
    running.length > 0 ? ['What is still going on', '', runningText(running)] : [],
    ['What to do next', '', ...commands.flatMap(({ command, why }) => [`  ${command}`, `      ${why}`])],
    links.map((link) => `${link.label}: ${link.url}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** Lines of a table, its titles first, figures to the right. */
export function tableText({ head, right, rows }: StoryTable): string[] {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** Failed tables or files, a paragraph each. */
export function failureText({ failures, untold = 0 }: Pick<Story, 'failures' | 'untold'>): string {
  const shown = failures.slice(0, SHOWN);
  return [...shown.map(paragraph), ...more(failures.length + untold, shown.length)].join('\n\n');
}

const paragraph = (failure: Failure): string =>
  [
    ...wrap(`${subjectOf(failure)}: ${failure.code} (${failure.class})`, WIDTH, '  '),
    ...wrap(failure.message, WIDTH, '      '),
    ...wrap(`Next: ${failure.next}`, WIDTH, '      '),
  ].join('\n');

/** Tables under way, a line each. */
export const runningText = (running: readonly string[]): string =>
  [...running.slice(0, SHOWN).flatMap((line) => wrap(line, WIDTH, '  ')), ...more(running.length)].join('\n');

const more = (total: number, shown = SHOWN): string[] =>
  total > shown ? [`  … and ${count(total - shown)} more`] : [];
