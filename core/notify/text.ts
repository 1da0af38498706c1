import type { Failure } from './failures';
import type { Story } from './story';
import { count, wrap } from './words';

const WIDTH = 78;
/** Tables told of one by one; the rest is counted. */
const SHOWN = 20;

/** The message as plain text, in lines of at most 80 columns unless a single word is longer. */
export function textOf(story: Story): string {
  const { lead, facts, failures, running, commands, links } = story;
  const label = Math.max(...facts.map((fact) => fact.label.length)) + 2;
  const blocks = [
    wrap(lead, WIDTH),
    facts.flatMap((fact) => {
      const [first = '', ...rest] = wrap(fact.value, WIDTH - label);
      return [`${fact.label.padEnd(label)}${first}`, ...rest.map((line) => `${' '.repeat(label)}${line}`)];
    }),
    failures.length > 0 ? ['What went wrong', '', failureText(failures)] : [],
    running.length > 0 ? ['What is still going on', '', runningText(running)] : [],
    ['What to do next', '', ...commands.flatMap(({ command, why }) => [`  ${command}`, `      ${why}`])],
    links.map((link) => `${link.label}: ${link.url}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** Failed tables, a paragraph each. */
export function failureText(failures: readonly Failure[]): string {
  const shown = failures
    .slice(0, SHOWN)
    .map(({ table, code, class: kind, message, next }) =>
      [
        ...wrap(`${table ?? 'the run'}: ${code} (${kind})`, WIDTH, '  '),
        ...wrap(message, WIDTH, '      '),
        ...wrap(`Next: ${next}`, WIDTH, '      '),
      ].join('\n'),
    );
  return [...shown, ...more(failures.length)].join('\n\n');
}

/** Tables under way, a line each. */
export const runningText = (running: readonly string[]): string =>
  [...running.slice(0, SHOWN).flatMap((line) => wrap(line, WIDTH, '  ')), ...more(running.length)].join('\n');

const more = (total: number): string[] => (total > SHOWN ? [`  … and ${count(total - SHOWN)} more`] : []);
