/**
 * Configuration of the loader that Longshore takes the place of, a JSON file with `snowflake` and `files`, as month
 * batches. Nothing is lost in silence: what has no place here is a warning, and a password never comes along.
 */
import { stringify } from 'yaml';
import { LongshoreError } from '../core/errors/longshore-error';
import { fieldsOf, type Fields, freeName } from './sets';
import { escapeReferences, importDocument } from './export';
import { migrateTables } from './month-migrate-tables';

export interface OldFile {
  /** For messages. */
  path: string;
  text: string;
  /** Of the batch it becomes. */
  name: string;
}

export interface Migration {
  /** A whole configuration file; it passes the checks. */
  text: string;
  /** Definitions by batch, merged ones counted once. */
  batches: Record<string, string[]>;
  environments: string[];
  warnings: string[];
}

const CONNECTION = ['account', 'user', 'warehouse', 'database', 'schema', 'role'] as const;
/** By which two environments are the same. */
const SETTINGS = [...CONNECTION, 'authentication', 'privateKey'] as const;
const KEY_FILES = ['private_key_path', 'private_key_file'] as const;
const WORKERS = ['parallel', 'parallel_jobs', 'max_workers', 'workers', 'max_parallel_months'];
const FOLDERS = ['base_path', 'data_path', 'input_path'];

/**
 * One batch for each old file; equal connections become one environment. Throws CONFIG_SYNTAX for what is no JSON and
 * CONFIG_INVALID for what is no such configuration, or cannot be one here.
 */
export function migrateMonthConfig(files: readonly OldFile[]): Migration {
  const warnings: string[] = [];
  const environments = new Map<string, Fields>();
  const batches: Record<string, Fields> = {};
  const definitions: Record<string, string[]> = {};
  for (const file of files) {
    const old = parse(file);
    const warn = (where: string, message: string): number =>
      warnings.push(`${file.path}${where === '' ? '' : ` ${where}`}: ${message}`);
    const to = environmentFor(old['snowflake'], environments, warn);
    const name = Object.hasOwn(batches, file.name) ? freeName(file.name, new Set(Object.keys(batches))) : file.name;
    const tables = migrateTables(old['files'], file.path, warn);
    const { parallel, basePath } = extras(old, warn);
    batches[name] = {
      to,
      ...(basePath !== undefined && { basePath }),
      ...(parallel !== undefined && { parallel: { months: parallel } }),
      tables,
    };
    definitions[name] = Object.keys(tables);
  }
  const document = { version: 1, environments: Object.fromEntries(environments), monthBatches: batches };
  const text = stringify(escapeReferences(document, []), { lineWidth: 100 });
  // What is wrong with the old definitions is told with the paths of the new ones.
  importDocument(text, files.map(({ path }) => path).join(', '));
  return { text, batches: definitions, environments: [...environments.keys()], warnings };
}

function parse({ path, text }: OldFile): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LongshoreError('CONFIG_SYNTAX', `${path} is no JSON: ${why}.`, { file: path }, { cause: error });
  }
  const old = fieldsOf(value);
  if (!Array.isArray(old['files']))
    throw new LongshoreError(
      'CONFIG_INVALID',
      `${path} has no list \`files\`, so it is no configuration of month loads.`,
      { file: path },
    );
  return old;
}

type Warn = (where: string, message: string) => void;

/** Name of the environment with these settings, made when there is none. */
function environmentFor(snowflake: unknown, environments: Map<string, Fields>, warn: Warn): string {
  const old = fieldsOf(snowflake);
  const settings = settingsOf(old, warn);
  const same = [...environments].find(([, entry]) => SETTINGS.every((key) => settings[key] === entry[key]));
  const name = environments.has('snowflake') ? freeName('snowflake', new Set(environments.keys())) : 'snowflake';
  const prefix = (same?.[0] ?? name).toUpperCase().replaceAll('-', '_');
  if (old['password'] !== undefined)
    warn(
      'snowflake.password',
      `is not copied: set the variable ${prefix}_PASSWORD, and take the password out of the old file.`,
    );
  if (same) return same[0];
  const missing = ['account', 'user', 'database'].filter((key) => settings[key] === undefined);
  for (const key of missing) warn(`snowflake.${key}`, `is missing: set the variable ${prefix}_${key.toUpperCase()}.`);
  const references = missing.map((key) => [key, `\${env:${prefix}_${key.toUpperCase()}}`]);
  environments.set(name, {
    kind: 'snowflake',
    ...Object.fromEntries(references),
    ...settings,
    ...(settings['privateKey'] === undefined && { password: `\${env:${prefix}_PASSWORD}` }),
  });
  return name;
}

function settingsOf(old: Fields, warn: Warn): Fields {
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(old)) {
    const isText = typeof value === 'string' && value !== '';
    if (key === 'password') continue;
    if (isText && CONNECTION.some((known) => known === key)) settings[key] = value;
    else if (isText && KEY_FILES.some((known) => known === key)) {
      settings['authentication'] = 'key-pair';
      settings['privateKey'] = `\${file:${value}}`;
    } else warn(`snowflake.${key}`, isText ? 'is not taken over.' : 'is no text, or empty, and left out.');
  }
  return settings;
}

/** What else stands beside `snowflake` and `files`. */
function extras(old: Fields, warn: Warn): { parallel?: number; basePath?: string } {
  const found: { parallel?: number; basePath?: string } = {};
  for (const [key, value] of Object.entries(old)) {
    if (key === 'snowflake' || key === 'files') continue;
    if (WORKERS.includes(key) && typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 32)
      found.parallel = value;
    else if (FOLDERS.includes(key) && typeof value === 'string' && value !== '') found.basePath = value;
    else warn(key, 'is not taken over.');
  }
  return found;
}
