/** Fills in connection settings at the last moment: references, and secrets that a stored configuration left behind. */
import { resolve } from 'node:path';
import { type ConfigProblem, LongshoreError } from '../core/errors/longshore-error';
import { didYouMean } from '../core/plan/suggest';
import type { Config } from '../schemas/config';
import { type EnvironmentConfig, environmentSchema } from '../schemas/environment';
import { isMssqlUrl, isPostgresUrl } from './connection-url';
import { type ConfigPath, formatPath, parsePath } from './path';
import { configError } from './problems';
import { isLiteralSecret, isStoredSecret } from './redact';
import {
  describeMissing,
  type Environment,
  fillReferences,
  hasReference,
  isLate,
  type Lookup,
  parseReferences,
} from './references';
import { typedValue } from './shape';
import { describeIssues } from './validate';

export { redact } from './redact';

export interface ResolveOptions {
  /** The configuration of this very process, in which `{ $secret: path }` of a stored one is looked up. */
  own?: Config;
  /** Folder that relative files are relative to; the working folder when left out. */
  baseDir?: string;
}

/**
 * Connection settings of one environment, ready to connect with: to be used at once and kept nowhere.
 * Throws CONFIG_UNKNOWN_NAME, SECRET_MISSING (all that is missing, by name and path) or CONFIG_INVALID when what the
 * references stand for does not fit. No message holds a value.
 */
export function resolveEnvironment(
  config: Config,
  name: string,
  env: Environment = process.env,
  options: ResolveOptions = {},
): EnvironmentConfig {
  const entry = Object.hasOwn(config.environments, name) ? config.environments[name] : undefined;
  if (!entry) {
    const hint = didYouMean(name, Object.keys(config.environments));
    throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no environment \`${name}\`.${hint}`, {
      environment: name,
    });
  }
  const path = ['environments', name];
  const settings = new Resolver(config, env, options).resolve(entry, path);
  const result = environmentSchema.safeParse(settings);
  if (!result.success) {
    // Without a document to show from: what a reference stood for must not appear in a message.
    throw resolvedError(describeIssues(result.error.issues, undefined, path).map((finding) => finding.path));
  }
  const environment = result.data;
  if (environment.kind === 'postgres' && environment.url !== undefined && !isPostgresUrl(environment.url))
    throw resolvedError([[...path, 'url']]);
  if (environment.kind === 'mssql' && environment.url !== undefined && !isMssqlUrl(environment.url))
    throw resolvedError([[...path, 'url']]);
  if (environment.kind === 'duckdb' && environment.path !== ':memory:')
    return { ...environment, path: resolve(options.baseDir ?? '.', environment.path) };
  return environment;
}

/** For values that references stood for: says which setting is wrong and never what it is. */
export function resolvedError(paths: ConfigPath[]): LongshoreError {
  return configError(
    paths.map((path) => ({
      code: 'CONFIG_INVALID',
      message: `What \`${String(path.at(-1))}\` refers to is not a value that it can have.`,
      file: 'the configuration',
      path: formatPath(path),
    })),
  );
}

/** Fills in a part of a configuration. Collects everything that is missing before it throws. */
export class Resolver {
  private readonly lookup: Lookup;
  private readonly problems: ConfigProblem[] = [];

  constructor(
    private readonly config: Config,
    env: Environment,
    private readonly options: ResolveOptions,
  ) {
    this.lookup = { env, baseDir: options.baseDir ?? '.' };
  }

  /** `value`, which stands at `path`, with every reference filled in and typed as the schema wants it. */
  resolve(value: unknown, path: ConfigPath): unknown {
    const resolved = this.fill(value, path);
    if (this.problems.length > 0) throw configError(this.problems);
    return resolved;
  }

  private fill(value: unknown, path: ConfigPath): unknown {
    if (typeof value === 'string') return hasReference(value) && isLate(path) ? this.fillText(value, path) : value;
    if (isStoredSecret(value)) return this.lookUp(value.$secret, path);
    if (Array.isArray(value)) return value.map((item, index) => this.fill(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fill(item, [...path, key])]));
  }

  private fillText(text: string, path: ConfigPath): unknown {
    const parsed = parseReferences(text);
    if ('problem' in parsed) return this.missing(path, `\`${String(path.at(-1))}\` ${parsed.problem}.`);
    const filled = fillReferences(parsed.pieces, this.lookup);
    if ('value' in filled) return typedValue(filled.value, path, this.config);
    for (const reference of filled.missing)
      this.missing(path, `\`${String(path.at(-1))}\` refers to ${describeMissing(reference)}.`);
    return undefined;
  }

  private lookUp(secret: string, path: ConfigPath): unknown {
    const there = parsePath(secret);
    const found = there && this.options.own && valueAt(this.options.own, there);
    if (there && typeof found === 'string' && (hasReference(found) || isLiteralSecret(there, found)))
      return this.fill(found, there);
    return this.missing(
      path,
      `\`${String(path.at(-1))}\` was stored without its value, and the configuration of this process has no secret at ${secret}.`,
    );
  }

  private missing(path: ConfigPath, message: string): undefined {
    this.problems.push({ code: 'SECRET_MISSING', message, file: 'the configuration', path: formatPath(path) });
    return undefined;
  }
}

function valueAt(document: unknown, path: ConfigPath): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
