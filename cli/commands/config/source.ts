/** Where `config import` and `config diff` take configurations from. */
import { basename, resolve } from 'node:path';
import { pairIn } from '../../../config/document-edit';
import type { PlanOptions } from '../../../config/file-edit';
import { loadConfig } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { readFileSync } from 'node:fs';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { CommandContext } from '../../core/context';
import { parseVersion } from '../../core/versions';

export interface Source {
  /** Complete, checked, secrets as references. */
  document: unknown;
  /** For people and for the catalog. */
  name: string;
  /** Entries as they are written, comments and all, for those that can be taken over so. */
  nodeFor?: PlanOptions['nodeFor'];
}

/** A file, `-` for standard input, or `catalog:VERSION`. */
export async function readSource(context: CommandContext, from: string): Promise<Source> {
  const { io } = context;
  if (from.startsWith('catalog:')) return versionSource(context, from.slice('catalog:'.length));
  if (from === '-') {
    if (!io.readInput) throw new LongshoreError('USAGE', 'There is no standard input to read.');
    const text = await io.readInput();
    return fromText('standard input', resolve(io.cwd, 'standard input'), text, io.env);
  }
  const path = resolve(io.cwd, from);
  const { config, files } = loadConfig(path, { env: io.env });
  const document = redact(config);
  // Of several files nobody can say which of them an entry was written in.
  if (files.length > 1) return { document, name: basename(path) };
  return { document, name: basename(path), nodeFor: nodesOf(readFileSync(path, 'utf8'), document) };
}

/** A version of the catalog. */
export async function versionSource(context: CommandContext, version: string): Promise<Source> {
  const found = await (await context.configurations()).get(parseVersion(version));
  return { document: found.document, name: `version ${found.version}` };
}

function fromText(name: string, path: string, text: string, env: CommandContext['io']['env']): Source {
  const { config } = loadConfig(path, { env, text: text.replace(/^\uFEFF/, '') });
  const document = redact(config);
  return { document, name, nodeFor: nodesOf(text, document) };
}

/** Sections whose entries are taken over with their comments. */
const AS_WRITTEN = ['transferSets', 'environments', 'monthBatches', 'monthTemplates'];

/** Sets, batches and environments as written; one with a secret written out in it is made anew without it. */
function nodesOf(text: string, document: unknown): NonNullable<Source['nodeFor']> {
  const withSecret = /"\$secret"/;
  return (path) => {
    const [section, name] = path;
    if (path.length !== 2 || typeof section !== 'string' || !AS_WRITTEN.includes(section)) return undefined;
    const entry = (document as Record<string, Record<string, unknown> | undefined>)[section]?.[String(name)];
    return entry === undefined || withSecret.test(JSON.stringify(entry)) ? undefined : pairIn(text, path);
  };
}
