/** Masking rules against the rest of their table's entry, and against the masking key. */
import { matchesPattern } from '../core/plan/pattern';
import { type CheckReport, type Fields, fields } from './check-report';
import type { ConfigPath } from './path';

/** Rules whose values depend on `masking.key`. */
const KEYED: ReadonlySet<string> = new Set([
  'hash',
  'email',
  'name',
  'first-name',
  'last-name',
  'phone',
  'address',
  'date-shift',
  'noise',
]);

/** `path` is that of the entry's options. */
export function checkMasks(path: ConfigPath, options: Fields, document: unknown, report: CheckReport): void {
  const rules = Object.entries(fields(options['mask']));
  const excluded = Array.isArray(options['exclude'])
    ? options['exclude'].filter((item): item is string => typeof item === 'string')
    : [];
  for (const [column, rule] of rules) {
    const at = [...path, 'mask', column];
    const out = excluded.find((pattern) => matchesPattern(pattern, column, true));
    if (out !== undefined)
      report.warning(
        at,
        `\`${column}\` is left out by \`exclude\`${out === column ? '' : ` (\`${out}\`)`}, so masking it means nothing.`,
      );
    else if (KEYED.has(nameOf(rule)) && fields(fields(document)['masking'])['key'] === undefined)
      report.warning(
        at,
        `The rule \`${nameOf(rule)}\` needs a masking key: set \`masking: { key: \${env:LONGSHORE_MASK_KEY} }\`.`,
        'MASK_KEY_MISSING',
      );
  }
}

const nameOf = (rule: unknown): string => String(typeof rule === 'string' ? rule : (fields(rule)['rule'] ?? ''));
