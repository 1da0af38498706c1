/** A configuration as a file, and back. */
import { stringify } from 'yaml';
import { LongshoreError } from '../core/errors/longshore-error';
import type { Config } from '../schemas/config';
import { validateTree } from './load';
import type { ConfigPath } from './path';
import { ProblemList } from './problems';
import { redactDocument } from './redact';
import { isLate, parseReferences } from './references';
import { parseSource } from './source';
import { mapScalars, type ScalarNode } from './tree';

export type ExportFormat = 'yaml' | 'json';

/** Text of a document, secrets taken out, that `importDocument` and `loadConfig` read as the same configuration. */
export function exportDocument(document: unknown, format: ExportFormat): string {
  const redacted = escapeReferences(redactDocument(document), []);
  if (format === 'json') return `${JSON.stringify(redacted, null, 2)}\n`;
  return stringify(redacted, { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * Reads what `exportDocument` wrote, or any one file without `extends`, and checks it as `loadConfig` does. `name`
 * stands for the file in messages. Nothing is filled in from variables, so a reference may stand in connection settings
 * only.
 */
export function importDocument(text: string, name = 'import'): Config {
  const problems = new ProblemList();
  const tree = parseSource(text.replace(/^\uFEFF/, ''), name, problems);
  problems.throwIfAny();
  if (!tree) throw new LongshoreError('INTERNAL', `${name} gave neither a document nor a problem.`);
  if (tree.kind === 'map') tree.entries.delete('$schema');
  const unescaped = mapScalars(tree, (scalar, path) => unescapeScalar(scalar, path, problems));
  return validateTree(unescaped, { problems, refusals: new ProblemList(), warnings: new ProblemList() });
}

function unescapeScalar(scalar: ScalarNode, path: ConfigPath, problems: ProblemList): ScalarNode {
  if (typeof scalar.value !== 'string' || isLate(path)) return scalar;
  const parsed = parseReferences(scalar.value);
  if ('pieces' in parsed && parsed.pieces.every((piece) => typeof piece === 'string'))
    return { ...scalar, value: parsed.pieces.join('') };
  problems.add(
    `\`${String(path.at(-1))}\` has a reference; in an import only connection settings may (write \`$\${\` for the characters themselves).`,
    scalar.at,
    path,
  );
  return scalar;
}

/** Settings outside of connections were filled in when they were stored, so `${` in them means the characters. */
export function escapeReferences(value: unknown, path: ConfigPath): unknown {
  if (typeof value === 'string') return isLate(path) ? value : value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map((item, index) => escapeReferences(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeReferences(item, [...path, key])]));
}
