/** Rules of the user. */
import { plural } from '../notify/words';
import type { QualityFacts, RuleFacts } from '../types/quality';
import { judged, type JudgedCheck, type Opinion, shareOf, verb, WEIGHTS } from './check-result';

/** A result for each rule; they share the points of all. */
export function judgeRules({ rules, rows }: Pick<QualityFacts, 'rules' | 'rows'>): JudgedCheck[] {
  const weight = WEIGHTS.rules / Math.max(1, rules.length);
  return rules.map((facts) => {
    const { name, severity } = facts.rule;
    return judged('rules', severity, () => opinionOf(facts, rows), { name, weight });
  });
}

/** A rule that cannot be evaluated fails whatever its severity: nobody knows whether it holds. */
function opinionOf({ rule, kind, violations, error, samples }: RuleFacts, rows: number): Opinion {
  const details = samples.length > 0 ? { samples } : {};
  const named = `the rule ${rule.name}`;
  if (error !== undefined)
    return {
      found: {
        clause: `${named} cannot be evaluated (${plain(error)})`,
        count: 1,
        share: 1,
        details,
        atLeast: 'critical',
      },
    };
  if (violations === 0)
    return {
      passed: kind === 'row' ? `all rows keep ${named} (${rule.condition})` : `${named} holds (${rule.condition})`,
    };
  return {
    found: {
      clause:
        kind === 'row'
          ? `${plural(violations, 'row')} ${verb(violations, 'breaks', 'break')} ${named} (${rule.condition})`
          : `${named} does not hold (${rule.condition})`,
      count: violations,
      share: kind === 'row' ? shareOf(violations, rows) : 1,
      details,
    },
  };
}

const plain = (error: string): string => error.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
