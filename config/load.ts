/** Loads a configuration: files, variables and overrides in, one checked document out. */
import { dirname, resolve } from 'node:path';
import type { ConfigProblem } from '../core/errors/longshore-error';
import { LongshoreError } from '../core/errors/longshore-error';
import { didYouMean } from '../core/plan/suggest';
import { type Config, configSchema } from '../schemas/config';
import type { TransferSet } from '../schemas/transfer-set';
import { type CheckReport, checkDocument } from './checks';
import { FileLoader } from './extends';
import { applyOverrides, applyVariables } from './overrides';
import { type ConfigPath, formatPath } from './path';
import { ProblemList } from './problems';
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
import { fromPlain, mapScalars, positionOf, type ScalarNode, toPlain, type TreeNode } from './tree';
import { describeIssues } from './validate';

export interface LoadOptions {
  /** Variables for overrides and references; those of the process when left out. */
  env?: Environment;
  /** Values by path, `{ 'transferSets.daily.maxRows': 5 }`; they win over files and variables. */
  overrides?: Readonly<Record<string, unknown>>;
  /** What is otherwise a warning of a set that can never run (a read-only target) is a problem. For `config check`. */
  strict?: boolean;
  /** What the file is to say, instead of what it says: to try a change before it is written. */
  text?: string;
}

export interface LoadedConfig {
  /** Checked, defaults filled in; connection settings may still be references. */
  config: Config;
  /** Every file read, the main one first. */
  files: string[];
  /** Folder of the main file, absolute: what relative paths in the configuration are relative to. */
  baseDir: string;
  warnings: ConfigProblem[];
}

/**
 * Reads `path` and what it extends. Throws one LongshoreError for everything that is wrong with them, as `problems`:
 * CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_EXTENDS_CYCLE, CONFIG_INVALID, CONFIG_UNKNOWN_NAME, DUPLICATE_TARGET,
 * SECRET_MISSING; CONFIG_INVALID where they are of several kinds. Nothing connects anywhere.
 */
export function loadConfig(
  path: string,
  { env = process.env, overrides = {}, strict = false, text }: LoadOptions = {},
): LoadedConfig {
  const problems = new ProblemList();
  const warnings = new ProblemList();
  const loader = new FileLoader(env, problems);
  const read = text === undefined ? loader.load(path, path) : loader.loadText(text, path, path);
  problems.throwIfAny();
  if (!read) throw new LongshoreError('INTERNAL', `${path} gave neither a document nor a problem.`);
  const baseDir = dirname(resolve(path));
  const overridden = applyOverrides(applyVariables(read, env, problems), overrides, problems);
  const tree = fillEarly(overridden, { env, baseDir }, problems, warnings);
  const config = validateTree(tree, { problems, refusals: strict ? problems : warnings, warnings, baseDir });
  return { config, files: loader.files, baseDir, warnings: warnings.list() };
}

/** Checks a stored document again, e.g. one from the catalog. Its early references were filled when it was loaded. */
export function parseDocument(document: unknown, name = 'the stored configuration'): Config {
  return validateTree(fromPlain(document, { file: name }), {
    problems: new ProblemList(),
    refusals: new ProblemList(),
    warnings: new ProblemList(),
  });
}

/** The set of this name. Throws CONFIG_UNKNOWN_NAME with what it may have been meant to be. */
export function requireSet(config: Config, name: string): TransferSet {
  const set = Object.hasOwn(config.transferSets, name) ? config.transferSets[name] : undefined;
  if (set) return set;
  const known = Object.keys(config.transferSets);
  const hint =
    didYouMean(name, known) || (known.length > 0 ? ` Defined are ${known.join(', ')}.` : ' None is defined.');
  throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no transfer set \`${name}\`.${hint}`, {
    path: formatPath(['transferSets', name]),
  });
}

export interface Findings {
  /** What was found before is reported along, and what the schema says of the same place left out. */
  problems: ProblemList;
  /** Sets that can never run as they stand. */
  refusals: ProblemList;
  warnings: ProblemList;
  /** What relative paths are relative to; undefined for a document that belongs to no file. */
  baseDir?: string;
}

/** The configuration that a tree is. Throws one error for all problems. */
export function validateTree(tree: TreeNode, { problems, refusals, warnings, baseDir }: Findings): Config {
  const document = toPlain(tree);
  const place = (path: ConfigPath) => positionOf(tree, path);
  const result = configSchema.safeParse(document);
  // Where something was wrong before, e.g. a reference that leads nowhere, what the schema says is only its echo.
  const findings = (result.success ? [] : describeIssues(result.error.issues, document)).filter(
    ({ path }) => !problems.has(path),
  );
  for (const { path, message } of findings) problems.add(message, place(path), path);
  const isFaulty = new Set(findings.map(({ path }) => formatPath(path)));
  const report: CheckReport = {
    problem: (path, message, code) => isFaulty.has(formatPath(path)) || problems.add(message, place(path), path, code),
    warning: (path, message, code) => (code === undefined ? warnings : refusals).add(message, place(path), path, code),
  };
  checkDocument(document, report, baseDir);
  problems.throwIfAny();
  if (!result.success)
    throw new LongshoreError(
      'INTERNAL',
      'The configuration is wrong, and nothing says why.',
      {},
      { cause: result.error },
    );
  return result.data;
}

/** Fills in references outside of connection settings; those inside are only looked at. */
function fillEarly(tree: TreeNode, lookup: Lookup, problems: ProblemList, warnings: ProblemList): TreeNode {
  const document = toPlain(tree);
  return mapScalars(tree, (scalar, path) => {
    const { value } = scalar;
    if (typeof value !== 'string' || !hasReference(value)) return scalar;
    return fillScalar({ ...scalar, value }, path, { document, lookup, problems, warnings });
  });
}

interface FillContext {
  document: unknown;
  lookup: Lookup;
  problems: ProblemList;
  warnings: ProblemList;
}

function fillScalar(
  scalar: ScalarNode & { value: string },
  path: ConfigPath,
  { document, lookup, problems, warnings }: FillContext,
): TreeNode {
  const late = isLate(path);
  const subject = `\`${String(path.at(-1) ?? '')}\``;
  const parsed = parseReferences(scalar.value);
  if ('problem' in parsed) {
    problems.add(`${subject} ${parsed.problem}.`, scalar.at, path);
    return scalar;
  }
  if (!late && parsed.pieces.some((piece) => typeof piece !== 'string' && piece.source === 'file')) {
    problems.add(
      `${subject} refers to a file, and this setting is stored with its value: only connection settings may hold secrets.`,
      scalar.at,
      path,
    );
    return scalar;
  }
  const filled = fillReferences(parsed.pieces, lookup);
  if ('missing' in filled) {
    for (const missing of filled.missing) {
      const list = late ? warnings : problems;
      list.add(`${subject} refers to ${describeMissing(missing)}.`, scalar.at, path, 'SECRET_MISSING');
    }
    return scalar;
  }
  if (late) return scalar;
  const isWhole = parsed.pieces.length === 1 && typeof parsed.pieces[0] !== 'string';
  return fromPlain(isWhole ? typedValue(filled.value, path, document) : filled.value, scalar.at);
}
