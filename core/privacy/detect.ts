/** Finds columns that look like personal data, by their names and by some of their values. */
import type { MaskRule } from '../../schemas/mask';
import { checkMask, resolveMask } from '../mask/rules';
import type { LogicalType } from '../types/table';
import { CONTENT_RULES, type ContentRule } from './content';
import {
  FACTS,
  holderOf,
  LINKS,
  NAME_RULES,
  NAME_WORDS,
  type NameRule,
  NEUTRAL,
  PERSONS,
  THINGS,
  type PersonalKind,
} from './name-rules';
import { findPhrase, tokensOf } from './tokens';

export type { PersonalKind } from './name-rules';

export interface LookedColumn {
  name: string;
  nativeType: string;
  logical: LogicalType;
}

/** One column that looks like personal data. Never holds a value of it. */
export interface Finding {
  column: string;
  kind: PersonalKind;
  because: 'name' | 'content' | 'both';
  /** 0 to 1. */
  confidence: number;
  /** As users write it under `mask`; fits the column's type. */
  suggestion: MaskRule;
}

/** Fewer values than this prove nothing. */
const LEAST_SAMPLES = 3;
/** So many values, none of which looks like it, prove a name wrong. */
const ENOUGH_TO_DENY = 8;
const DENIABLE: ReadonlySet<PersonalKind> = new Set(['email', 'ip', 'iban', 'payment-card']);

/** At most one finding per column, in their order. `samples`: some values of text columns by column; may be empty. */
export function detectPersonalData(
  columns: readonly LookedColumn[],
  samples: Readonly<Record<string, readonly string[]>>,
): Finding[] {
  return columns.flatMap((column) => {
    const values = (Object.hasOwn(samples, column.name) ? (samples[column.name] ?? []) : [])
      .map((value) => value.trim())
      .filter((value) => value !== '');
    const found = detectOne(column, values);
    return found ? [found] : [];
  });
}

function detectOne(column: LookedColumn, values: readonly string[]): Finding | undefined {
  const holder = holderOf(column.logical);
  if (holder === undefined) return undefined;
  const named = byName(column);
  const content = holder === 'text' ? byContent(values) : undefined;
  const isDenied = named && !content && isDeniedBy(named, values);
  if (named && content && (named.kind === content.rule.kind || sharpens(named, content.rule)))
    return finding(column, named.kind, 'both', 1 - (1 - named.confidence) * (1 - content.confidence), named.suggestion);
  if (content && (!named || content.confidence > named.confidence))
    return finding(column, content.rule.kind, 'content', content.confidence, content.rule.suggestion);
  if (!named || isDenied) return undefined;
  return finding(column, named.kind, 'name', named.confidence, named.suggestion);
}

/** A card number in a column of passwords is still a password; a phone number in one of faxes still a phone number. */
const sharpens = (named: NameRule, content: ContentRule): boolean =>
  named.kind === 'username' && (content.kind === 'email' || content.kind === 'name');

function isDeniedBy(named: NameRule, values: readonly string[]): boolean {
  if (values.length < ENOUGH_TO_DENY) return false;
  if (named.kind === 'phone') return values.every((value) => value.replace(/\D/g, '').length < 5);
  const rule = CONTENT_RULES.find(({ kind }) => kind === named.kind);
  return (
    rule !== undefined && DENIABLE.has(named.kind) && !isMasked(values) && !values.some((value) => rule.matches(value))
  );
}

/** Values already hidden by somebody prove nothing. */
const isMasked = (values: readonly string[]): boolean => values.some((value) => /\*{3,}|x{4,}/i.test(value));

function byContent(values: readonly string[]): { rule: ContentRule; confidence: number } | undefined {
  if (values.length < LEAST_SAMPLES) return undefined;
  for (const rule of CONTENT_RULES) {
    const share = values.filter((value) => rule.matches(value)).length / values.length;
    if (share >= rule.share) return { rule, confidence: 0.55 + 0.4 * share };
  }
  return undefined;
}

function byName({ name, logical, nativeType }: LookedColumn): NameRule | undefined {
  const tokens = tokensOf(name);
  const found = NAME_RULES.find((rule) => matches(rule, tokens)) ?? personName(tokens);
  if (found?.holders.includes(holderOf(logical)!)) return found;
  // The one type of a notation of its own that tells by itself what it holds.
  return /^(inet|cidr)$/i.test(nativeType) ? NAME_RULES.find(({ kind }) => kind === 'ip') : undefined;
}

function matches(rule: NameRule, tokens: readonly string[]): boolean {
  const spans = [...rule.phrases].map((phrase) => findPhrase(tokens, phrase)).filter((span) => span !== undefined);
  const widest = spans.toSorted((a, b) => b.until - b.from - (a.until - a.from))[0];
  const ending = tokens.findIndex((token) => rule.endings.some((end) => token.endsWith(end)));
  const span = widest ?? (ending >= 0 ? { from: ending, until: ending + 1 } : undefined);
  if (span) return !without(tokens, span).some((token) => FACTS.has(token));
  return rule.alone.some((phrase) => {
    const lone = findPhrase(tokens, phrase);
    return lone !== undefined && without(tokens, lone).every(isNeutral);
  });
}

const without = (tokens: readonly string[], { from, until }: { from: number; until: number }): string[] =>
  tokens.filter((_, index) => index < from || index >= until);

const isNeutral = (token: string): boolean => /^\d+$/.test(token) || NEUTRAL.has(token) || PERSONS.has(token);

const PERSON_NAME = NAME_RULES.find(({ suggestion }) => suggestion === 'name')!;

/** `customer_name`, `nombre_del_cliente`: the word `name` right beside a person. */
function personName(tokens: readonly string[]): NameRule | undefined {
  const at = tokens.findIndex((token) => NAME_WORDS.has(token));
  if (at < 0) return undefined;
  const before = tokens[at - 1];
  const after = tokens.slice(at + 1).find((token) => !LINKS.has(token));
  const isPersons = (before !== undefined && PERSONS.has(before)) || (after !== undefined && PERSONS.has(after));
  if (!isPersons) return undefined;
  const isThings = (token: string) => (FACTS.has(token) || THINGS.has(token)) && !PERSONS.has(token);
  return tokens.some(isThings) ? undefined : PERSON_NAME;
}

function finding(
  { name: column, logical, nativeType }: LookedColumn,
  kind: PersonalKind,
  because: Finding['because'],
  confidence: number,
  preferred: MaskRule,
): Finding {
  const facts = { name: column, logical, nativeType, nullable: true, isKey: false };
  const candidates: MaskRule[] = [preferred, { rule: 'noise', percent: 10 }, 'hash', 'redact', 'null'];
  const isId = kind !== 'salary' && kind !== 'health' && kind !== 'birth-date';
  const order = isId ? candidates.filter((rule) => rule === preferred || typeof rule === 'string') : candidates;
  const suggestion = order.find((rule) => {
    const mask = resolveMask(rule);
    return mask !== undefined && checkMask(mask, facts, {}) === undefined;
  });
  return { column, kind, because, confidence: Math.round(confidence * 100) / 100, suggestion: suggestion ?? 'null' };
}
