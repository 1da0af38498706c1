/** Turns what zod finds into problems that name a place and a remedy. */
import type { z } from 'zod';
import { didYouMean, listWords } from '../core/plan/suggest';
import { LATER_SECTIONS } from '../schemas/config';
import type { ConfigPath } from './path';
import { describeMaskRule } from './mask-messages';
import { choicesAt, expected, knownKeys } from './shape';

type Issue = z.core.$ZodIssue;

export interface Finding {
  path: ConfigPath;
  message: string;
}

/** `document` is what was checked. Values are shown only where they are a choice from a list, never elsewhere. */
export function describeIssues(issues: readonly Issue[], document: unknown, prefix: ConfigPath = []): Finding[] {
  return issues.flatMap((issue) => describeIssue(issue, document, prefix));
}

function describeIssue(issue: Issue, document: unknown, prefix: ConfigPath): Finding[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const subject = subjectOf(path);
  const mask = describeMaskRule(issue.code, path, valueAt(document, path));
  if (mask) return [mask];
  const one = (message: string): Finding[] => [{ path, message }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path, document) }));
    case 'invalid_key':
      return one(`${subject} ${issue.issues[0]?.message ?? 'is no name'}.`);
    case 'invalid_union':
      return describeUnion(issue, document, path);
    case 'invalid_type':
      return one(wrongType(path, document));
    case 'invalid_value': {
      const value = valueAt(document, path);
      if (value === undefined) return one(`${subject} is missing: it must be ${expected(path, document)}.`);
      const hint = typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : '';
      return one(`${subject} must be ${choice(issue.values)}.${hint}`);
    }
    case 'too_small':
      return one(
        issue.origin === 'number' || issue.origin === 'int'
          ? `${subject} must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}.`
          : `${subject} ${issue.message.startsWith('must ') ? issue.message : 'must not be empty'}.`,
      );
    case 'too_big':
      return one(`${subject} must be at most ${issue.maximum}.`);
    case 'invalid_format':
      if (issue.message.startsWith('must be a reference')) return one(wrongType(path, document));
      return one(`${subject} ${issue.message}.`);
    default:
      return one(`${subject} is not valid.`);
  }
}

function describeUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  document: unknown,
  path: ConfigPath,
): Finding[] {
  if ('discriminator' in issue && issue.errors.length === 0) return [{ path, message: unknownKind(path, document) }];
  // The alternative that the value was meant to be is the one that does not already object to its type.
  const isTypeError = (inner: Issue): boolean =>
    inner.path.length === 0 && (inner.code === 'invalid_type' || inner.message.startsWith('must be a reference'));
  const meant = issue.errors.find((issues) => !issues.some(isTypeError));
  return meant ? describeIssues(meant, document, path) : [{ path, message: wrongType(path, document) }];
}

function unknownKind(path: ConfigPath, document: unknown): string {
  const value = valueAt(document, path);
  const kinds = knownKinds(path, document);
  if (value === undefined) return `\`${String(path.at(-1))}\` is missing: it must be one of ${kinds.join(', ')}.`;
  const shown = typeof value === 'string' ? `\`${value}\` ` : 'this ';
  return `This version does not know ${shown}as \`${String(path.at(-1))}\`: it must be one of ${kinds.join(', ')}.${typeof value === 'string' ? didYouMean(value, kinds) : ''}`;
}

function knownKinds(path: ConfigPath, document: unknown): string[] {
  // Without the value that is wrong, every alternative is open again.
  return expected(path, withoutLeaf(document, path))
    .replace(/^one of /, '')
    .split(/, | or /);
}

function withoutLeaf(document: unknown, path: ConfigPath): unknown {
  const [head, ...rest] = path;
  if (head === undefined || typeof document !== 'object' || document === null || Array.isArray(document))
    return undefined;
  const entries = Object.entries(document);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([key]) => key !== head));
  return Object.fromEntries(
    entries.map(([key, value]): [string, unknown] => [key, key === head ? withoutLeaf(value, rest) : value]),
  );
}

function unknownKey(key: string, path: ConfigPath, document: unknown): string {
  const later = path.length === 0 ? LATER_SECTIONS[key] : undefined;
  if (later !== undefined) return `This version of Longshore does not know ${later} yet: take \`${key}\` out.`;
  const known = knownKeys(path, document);
  const hint = didYouMean(key, known) || (known.length > 0 ? ` Known here: ${listWords(known)}.` : '');
  return `The key \`${key}\` is not known here.${hint}`;
}

function wrongType(path: ConfigPath, document: unknown): string {
  const value = valueAt(document, path);
  const wanted = expected(path, document);
  const subject = subjectOf(path);
  if (value === undefined) return `${subject} is missing: it must be ${wanted}.`;
  if (value === null) return `${subject} is empty: it must be ${wanted}; or take the line out.`;
  if (typeof value === 'string' && choicesAt(path, document).length > 0)
    return `${subject} must be ${wanted}.${didYouMean(value, choicesAt(path, document).map(String))}`;
  const quotes = wanted === 'text' && typeof value !== 'object' ? ': put it in quotes' : '';
  return `${subject} must be ${wanted}, not ${typeName(value)}${quotes}.`;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'boolean') return 'true or false';
  if (typeof value === 'string') return 'text';
  return Number.isInteger(value) ? 'a number' : 'a fraction';
}

function choice(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

/** The last part of the path that is a name. */
function subjectOf(path: ConfigPath): string {
  const last = path.at(-1);
  if (last === undefined) return 'The configuration';
  return typeof last === 'number' ? `Entry ${last + 1} of \`${String(path.at(-2) ?? '')}\`` : `\`${last}\``;
}

function valueAt(document: unknown, path: ConfigPath): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
