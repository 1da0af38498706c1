/** A configuration file as it is written, for others: comments and order kept, secrets taken out. */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Node, parseDocument, visit } from 'yaml';
import { editText } from './document-edit';
import { exportDocument, type ExportFormat } from './export';
import { withoutOverrides } from './file-edit';
import { loadConfig } from './load';
import { type ConfigPath, formatPath } from './path';
import { isLiteralSecret, redact } from './redact';
import { maskReferences, unmaskReferences } from './reference-mask';
import type { Environment } from './references';
import { requireSets, sharedPart } from './sets';

/**
 * Text of the file at `path`, or of some of its sets with what they need. One file in YAML keeps its comments, which are
 * given away as they are; what comes from several files, or goes into another format, is written anew, with defaults.
 */
export function exportFile(
  path: string,
  sets: readonly string[],
  format: ExportFormat,
  variables: Environment,
): string {
  const env = withoutOverrides(variables);
  const { config, files } = loadConfig(path, { env });
  const document = redact(config);
  requireSets(document, sets, path);
  const wanted = sets.length === 0 ? document : sharedPart(document, sets);
  if (format === 'yaml' && files.length === 1) {
    const text = asWritten(path, document, wanted, env);
    if (text !== undefined) return text;
  }
  return exportDocument(wanted, format);
}

/** Undefined where the text cannot be cut down without saying something else, or still holds a secret. */
function asWritten(path: string, document: unknown, wanted: unknown, env: Environment): string | undefined {
  const own = readFileSync(path, 'utf8');
  const { contents } = parseDocument(maskReferences(own));
  if (!isMap(contents) || contents.flow === true || hasAnchors(contents)) return undefined;
  const empty = redact(loadConfig(path, { env, text: 'version: 1\n' }).config) as object;
  const complete = { ...empty, ...(wanted as object) };
  const text = withoutSecrets(editText(own, document, complete, { json: false }));
  const { config } = loadConfig(path, { env, text });
  const isSame = isDeepStrictEqual(redact(config), complete);
  return isSame && isDeepStrictEqual(redact(config), config) ? text : undefined;
}

function hasAnchors(contents: Node): boolean {
  let found = false;
  visit(contents, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function withoutSecrets(text: string): string {
  const document = parseDocument(maskReferences(text));
  const walk = (node: unknown, path: ConfigPath): void => {
    if (isMap(node))
      for (const pair of node.items) {
        const at = [...path, isScalar(pair.key) ? unmaskReferences(String(pair.key.value)) : ''];
        if (isScalar(pair.value) && isLiteralSecret(at, unmaskReferences(String(pair.value.value))))
          pair.value = document.createNode({ $secret: formatPath(at) }, { flow: true });
        else walk(pair.value, at);
      }
    else if (isSeq(node)) node.items.forEach((item, index) => walk(item, [...path, index]));
  };
  walk(document.contents, []);
  return unmaskReferences(document.toString({ lineWidth: 0 }));
}
