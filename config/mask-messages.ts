/** What is wrong with a masking rule. A rule is a word or a map, so that the schema alone can only say what it is not. */
import { didYouMean, listWords } from '../core/plan/suggest';
import { MASK_RULES } from '../schemas/constants';
import type { ConfigPath } from './path';

/** `transferSets.NAME.tables[N].TABLE.mask.COLUMN`, or `rule` below it. */
const isRule = (path: ConfigPath): boolean =>
  path[0] === 'transferSets' && path[2] === 'tables' && path[5] === 'mask' && path.length === 7;

/** Undefined where the schema says it better: no rule stands at `path`, or a setting of a known rule is wrong. */
export function describeMaskRule(
  issue: string,
  path: ConfigPath,
  value: unknown,
): { path: ConfigPath; message: string } | undefined {
  if (!isRule(path) || value === undefined || issue === 'unrecognized_keys') return undefined;
  const column = String(path.at(-1));
  if (typeof value === 'string') {
    if (isKnown(value)) return { path, message: `\`${value}\` takes settings: write \`${example(value)}\`.` };
    return { path, message: unknown(value, column) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return {
      path,
      message: `\`${column}\` must have a masking rule: one of ${listWords(MASK_RULES, 'or')}, or a map with \`rule\`.`,
    };
  const rule: unknown = 'rule' in value ? value.rule : undefined;
  if (rule === undefined)
    return { path, message: `\`rule\` is missing: it must be one of ${listWords(MASK_RULES, 'or')}.` };
  if (typeof rule === 'string' && isKnown(rule)) {
    const needed = NEEDS[rule];
    if (needed === undefined || needed in value) return undefined;
    return { path, message: `\`rule: ${rule}\` needs \`${needed}\`: write \`${example(rule)}\`.` };
  }
  return { path: [...path, 'rule'], message: unknown(String(rule), column) };
}

const isKnown = (rule: string): boolean => MASK_RULES.some((known) => known === rule);

function unknown(rule: string, column: string): string {
  return `\`${rule}\`, given for \`${column}\`, is no masking rule.${
    didYouMean(rule, MASK_RULES) || ` Known are ${listWords(MASK_RULES)}.`
  }`;
}

/** What a rule cannot do without. */
const NEEDS: Readonly<Record<string, string>> = { constant: 'value', sql: 'sql' };

/** The shortest way to write a rule that a word alone does not say. */
function example(rule: string): string {
  const needed = NEEDS[rule];
  return `{ rule: ${rule}${needed === undefined ? '' : `, ${needed}: …`} }`;
}
