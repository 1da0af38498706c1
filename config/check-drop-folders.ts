/** Checks of `dropFolders` that the schema cannot make: names, folders that overlap, tables, times, rules. */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { hasWildcard, matchesPattern } from '../core/plan/pattern';
import { didYouMean } from '../core/plan/suggest';
import { parseBytes, parseDuration } from '../core/units';
import { checkIsDatabase } from './check-environments';
import { type CheckReport, type Fields, fields, isFields, isLiteral } from './check-report';
import type { ConfigPath } from './path';

/** Shorter and a folder would be looked at without pause. */
const LEAST_INTERVAL_MS = 5;
const PART_SIZE = { min: 8192, max: 4e9 };

/** `baseDir` is what relative paths are relative to; undefined for a document that belongs to no file. */
export function checkDropFolders(document: Fields, report: CheckReport, baseDir?: string): void {
  const folders = Object.entries(fields(document['dropFolders'])).flatMap(([name, folder]): [string, Fields][] =>
    isFields(folder) ? [[name, folder]] : [],
  );
  for (const [name, folder] of folders) checkFolder(['dropFolders', name], folder, document, report);
  checkPlaces(folders, document, report, baseDir);
}

function checkFolder(path: ConfigPath, folder: Fields, document: Fields, report: CheckReport): void {
  checkTarget([...path, 'to'], folder['to'], fields(document['environments']), report);
  checkTables(path, folder, report);
  checkScan([...path, 'scan'], fields(folder['scan']), report);
  const every = durationOf(fields(folder['alerts'])['every']);
  if (every !== undefined && every < 1000)
    report.problem([...path, 'alerts', 'every'], '`every` must be at least 1s: each time is a message to people.');
  if (durationOf(folder['timeout']) === 0)
    report.problem([...path, 'timeout'], '`timeout` must be longer than nothing: no file could be loaded.');
  const { partSize } = folder;
  const bytes = typeof partSize === 'string' || typeof partSize === 'number' ? parseBytes(partSize) : undefined;
  if (bytes !== undefined && (bytes < PART_SIZE.min || bytes > PART_SIZE.max))
    report.problem([...path, 'partSize'], '`partSize` must be 8192 bytes to 4 GB.');
  if (Array.isArray(folder['files'])) checkRules([...path, 'files'], folder['files'], report);
}

function checkTarget(path: ConfigPath, to: unknown, environments: Fields, report: CheckReport): void {
  if (typeof to !== 'string') return;
  checkIsDatabase(path, to, environments, report);
  if (!Object.hasOwn(environments, to)) {
    const known = Object.keys(environments);
    const hint =
      didYouMean(to, known) || (known.length > 0 ? ` Defined are ${known.join(', ')}.` : ' None is defined.');
    report.problem(path, `There is no environment \`${to}\`.${hint}`, 'CONFIG_UNKNOWN_NAME');
  } else if (fields(environments[to])['readOnly'] === true)
    report.warning(
      path,
      `The folder's files go into \`${to}\`, which is \`readOnly: true\`; they will be refused.`,
      'READ_ONLY_ENVIRONMENT',
    );
}

function checkTables(path: ConfigPath, folder: Fields, report: CheckReport): void {
  const { schema = 'ref', tracking, referenceConfig } = folder;
  for (const [key, name] of Object.entries({ tracking, referenceConfig })) {
    const problem = typeof name === 'string' ? tableProblem(name) : undefined;
    if (problem) report.problem([...path, key], `\`${String(name)}\` ${problem}.`);
  }
  const whole = (name: unknown): string =>
    String(name).includes('.') ? String(name) : `${String(schema)}.${String(name)}`;
  if (tracking !== undefined && referenceConfig !== undefined && whole(tracking) === whole(referenceConfig))
    report.problem(
      [...path, 'referenceConfig'],
      '`tracking` and `referenceConfig` name one table: each needs a table of its own.',
    );
  const backups = fields(folder['backups']);
  if (backups['keep'] !== 0 && (backups['schema'] ?? 'bkp') === schema)
    report.problem(
      backups['schema'] === undefined ? [...path, 'schema'] : [...path, 'backups', 'schema'],
      `Backups would stand among the tables of \`${String(schema)}\`: give them a schema of their own.`,
    );
}

function checkScan(path: ConfigPath, scan: Fields, report: CheckReport): void {
  const interval = durationOf(scan['interval'] ?? '15s');
  const settleWithin = durationOf(scan['settleWithin'] ?? '1h');
  const { checks = 6 } = scan;
  if (interval === undefined || settleWithin === undefined || typeof checks !== 'number') return;
  if (interval < LEAST_INTERVAL_MS) {
    report.problem([...path, 'interval'], `\`interval\` must be at least ${LEAST_INTERVAL_MS}ms.`);
    return;
  }
  if (settleWithin <= interval * checks)
    report.problem(
      [...path, scan['settleWithin'] === undefined ? 'interval' : 'settleWithin'],
      `A file is ready after ${checks} looks, one every ${String(scan['interval'] ?? '15s')}, and would be reported after ${String(scan['settleWithin'] ?? '1h')}: \`settleWithin\` must be longer than \`interval\` times \`checks\`.`,
    );
}

function checkRules(path: ConfigPath, rules: readonly unknown[], report: CheckReport): void {
  const before: { match: string; index: number }[] = [];
  for (const [index, rule] of rules.entries()) {
    const { match, table, rename, types, ignore, ...rest } = fields(rule);
    const at = [...path, index];
    if (isLiteral(match)) {
      if (/[/\\]/.test(match))
        report.problem([...at, 'match'], `\`${match}\` has a slash: rules go by the name of a file, without folders.`);
      const first = before.find((earlier) => covers(earlier.match, match));
      if (first)
        report.warning(
          [...at, 'match'],
          `Entry ${first.index + 1}, \`${first.match}\`, already fits every file that \`${match}\` fits, and the first rule counts.`,
        );
      before.push({ match, index });
    }
    if (isLiteral(table)) {
      const problem = tableProblem(table);
      if (problem) report.problem([...at, 'table'], `\`${table}\` ${problem}.`);
    }
    checkRename([...at, 'rename'], fields(rename), report);
    if (ignore === true && [table, rename, types, ...Object.values(rest)].some((value) => value !== undefined))
      report.warning([...at, 'ignore'], 'These files are left alone, so nothing else that the rule says counts.');
  }
}

/** Whether every name that fits `match` is known to fit `earlier`. */
const covers = (earlier: string, match: string): boolean =>
  earlier.toLowerCase() === match.toLowerCase() ||
  (hasWildcard(match) ? /^\*+$/.test(earlier) : matchesPattern(earlier, match, true));

function checkRename(path: ConfigPath, rename: Fields, report: CheckReport): void {
  const taken = new Map<unknown, string>();
  for (const [from, to] of Object.entries(rename)) {
    const first = taken.get(to);
    if (first !== undefined)
      report.problem([...path, from], `\`${first}\` and \`${from}\` both become the column \`${String(to)}\`.`);
    else taken.set(to, from);
  }
}

function tableProblem(name: string): string | undefined {
  const parts = name.split('.');
  if (parts.some((part) => part.trim() !== part || part === '' || hasWildcard(part)))
    return 'is no table name: it must be `schema.table` or `table`, without spaces around a part, and no part may be missing or a pattern';
  return parts.length > 2 ? 'is no table name: it must be `schema.table` or `table`, and has more parts' : undefined;
}

const durationOf = (value: unknown): number | undefined =>
  typeof value === 'string' ? parseDuration(value) : undefined;

/** One folder would be watched twice, or find the files of another under it. */
function checkPlaces(
  folders: readonly (readonly [string, Fields])[],
  document: Fields,
  report: CheckReport,
  baseDir?: string,
): void {
  const staging = fields(document['staging'])['path'];
  const places: { what: string; path: string }[] = [];
  for (const [name, { path }] of folders) {
    if (!isLiteral(path)) continue;
    // What stands in the staging folder is removed; that it stands somewhere below a drop folder harms nobody.
    const inStaging = isLiteral(staging) ? relationOf(path, staging, baseDir) : undefined;
    if (isLiteral(staging) && inStaging !== undefined && inStaging !== 'contains')
      report.problem(
        ['dropFolders', name, 'path'],
        `\`${path}\` ${inStaging} the staging folder, \`${staging}\`, which is tidied up.`,
      );
    for (const other of places) {
      const relation = relationOf(path, other.path, baseDir);
      if (relation)
        report.problem(['dropFolders', name, 'path'], `\`${path}\` ${relation} ${other.what}, \`${other.path}\`.`);
    }
    places.push({ what: `the folder of \`${name}\``, path });
  }
}

/** Undefined as well where nobody can tell: one path is relative, and nothing says to what. */
function relationOf(path: string, other: string, baseDir?: string): string | undefined {
  if (baseDir === undefined && isAbsolute(path) !== isAbsolute(other)) return undefined;
  const [own, theirs] = [path, other].map((each) => resolve(baseDir ?? '/', each)) as [string, string];
  if (own === theirs) return 'is also';
  if (isInside(own, theirs)) return 'lies inside of';
  return isInside(theirs, own) ? 'contains' : undefined;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
