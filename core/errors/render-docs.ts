import { EXIT } from '../../schemas/constants';
import { CATALOGUE, ERROR_CODES, type ErrorCode } from './catalogue';

/** The text of docs/errors.md, whole. */
export function renderErrorDocs(): string {
  return [
    '# Errors',
    '',
    'Every failure that Longshore reports has one of these codes. The message beside it says what happened, where and to',
    'which table, column or key; this page says what the code means in general.',
    '',
    '- **Retried** codes may go away by themselves: Longshore tries again with growing pauses before it gives up.',
    '- **Exit code** is what the command line ends with when the error ends the command. A run in which some tables',
    `  arrived and others failed ends with ${EXIT.partial} whatever the codes of those that failed.`,
    '',
    'This page is generated from `core/errors/catalogue.ts`; see CONTRIBUTING.md for how.',
    '',
    '| Code | Retried | Exit code |',
    '| --- | --- | --- |',
    ...ERROR_CODES.map((code) => `| [${code}](#${code.toLowerCase()}) | ${retried(code)} | ${exitCode(code)} |`),
    '',
    ...ERROR_CODES.flatMap(section),
  ].join('\n');
}

function section(code: ErrorCode): string[] {
  const { what, why, next } = CATALOGUE[code];
  return [
    `## ${code}`,
    '',
    what,
    '',
    `- **Why:** ${why}`,
    `- **What to do:** ${next}`,
    `- **Retried:** ${retried(code)}`,
    `- **Exit code:** ${exitCode(code)}`,
    '',
  ];
}

const retried = (code: ErrorCode): string => (CATALOGUE[code].retryable ? 'yes' : 'no');

const exitCode = (code: ErrorCode): string => `${EXIT[CATALOGUE[code].exit]} (${CATALOGUE[code].exit})`;
