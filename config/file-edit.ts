/** Changes a configuration file: planned and proven first, then written in one step. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LongshoreError } from '../core/errors/longshore-error';
import { type Change, diffDocuments } from './diff';
import { editText, type EditOptions, newText } from './document-edit';
import { type LoadedConfig, loadConfig, parseDocument } from './load';
import { redact } from './redact';
import type { Environment } from './references';

export interface FileEdit {
  path: string;
  /** Undefined: the file is new. */
  before: string | undefined;
  after: string;
  /** What the configuration says then, checked, secrets taken out. */
  document: unknown;
  changes: Change[];
  /** Of the configuration as it will be; not those that it has already. */
  warnings: LoadedConfig['warnings'];
}

export interface PlanOptions extends Pick<EditOptions, 'nodeFor'> {
  env: Environment;
  /** First line of a new file. */
  comment?: string;
}

/** What the file says now, complete and without secrets; undefined when there is no file. */
export function documentOf(path: string, env: Environment): unknown {
  return existsSync(path) ? redact(loadConfig(path, { env: withoutOverrides(env) }).config) : undefined;
}

/**
 * Plans to make the file say `wanted`, a complete document without secrets. Nothing is written. Throws what is wrong with
 * the result, and CONFIG_CONFLICT when this file cannot say it.
 */
export function planEdit(path: string, wanted: unknown, { env, nodeFor, comment }: PlanOptions): FileEdit {
  const own = withoutOverrides(env);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const current = before === undefined ? undefined : loadConfig(path, { env: own, text: before });
  const old = current && redact(current.config);
  const known = new Set(current?.warnings.map(({ path: at, message }) => `${at} ${message}`));
  const changes = diffDocuments(old ?? redact(parseDocument({ version: 1 })), wanted);
  const json = path.endsWith('.json');
  const load = (text: string): LoadedConfig => loadConfig(path, { env: own, text });
  if (before === undefined) {
    const after = newText(wanted, { json, ...(comment !== undefined && { comment }) });
    const { config, warnings } = load(after);
    return { path, before, after, document: redact(config), changes, warnings };
  }
  if (changes.length === 0) return { path, before, after: before, document: old, changes, warnings: [] };
  // The nearest to what people wrote first: with the comments of another file's entries, and every other line as it was.
  const ways = [...(nodeFor ? [{ nodeFor }, { nodeFor, rewrite: true }] : []), {}, { rewrite: true }];
  for (const [index, way] of ways.entries()) {
    const isLast = index === ways.length - 1;
    const after = editText(before, old, wanted, { json, ...way });
    let loaded: LoadedConfig;
    try {
      loaded = load(after);
    } catch (error) {
      if (isLast) throw error;
      continue;
    }
    const document = redact(loaded.config);
    const left = diffDocuments(document, wanted);
    const warnings = loaded.warnings.filter(({ path: at, message }) => !known.has(`${at} ${message}`));
    if (left.length === 0) return { path, before, after, document, changes, warnings };
    if (isLast)
      throw new LongshoreError(
        'CONFIG_CONFLICT',
        `${basename(path)} cannot say what \`${left[0]?.path ?? ''}\` is to be: a file that it extends, or an anchor, has the last word.`,
        { file: path, path: left[0]?.path ?? '' },
        { next: 'Make the change by hand in the file that the setting comes from.' },
      );
  }
  throw new LongshoreError('INTERNAL', `${basename(path)} could not be changed, and nothing says why.`);
}

/** Writes the file in one step: it has the old text or the new, whatever happens. Throws CONFIG_CONFLICT when somebody else changed it since. */
export function commitEdit({ path, before, after }: FileEdit): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const now = existsSync(target) ? readFileSync(target, 'utf8') : undefined;
  if (now !== before)
    throw new LongshoreError(
      'CONFIG_CONFLICT',
      `${basename(path)} was changed by somebody else in the meantime; nothing was written.`,
      { file: path },
      { next: 'Run the command again.' },
    );
  if (before !== after) writeAtomically(target, after);
}

/** Writes `text` into a file beside `path` and puts that in its place. The mode of the old file stays. */
export function writeAtomically(path: string, text: string): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.tmp`);
  const mode = existsSync(target) ? statSync(target).mode & 0o777 : 0o644;
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    const reason = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    throw new LongshoreError(
      'CONFIG_NOT_FOUND',
      `${basename(path)} cannot be written (${reason}).`,
      { file: path },
      { cause: error, next: 'Check the folder and its rights. The old file, if there was one, is as it was.' },
    );
  }
}

/** Overrides are of one process, so they are no part of what a file says. */
export function withoutOverrides(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('LONGSHORE__')));
}
