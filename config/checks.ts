/**
 * What the schema cannot say: names that must exist, options that exclude one another, expressions with a grammar of
 * their own. Works on the document as it stands, so that these problems are found together with the schema's.
 */
import { restrictsBothDays, cronProblem } from '../core/config/cron';
import { LongshoreError } from '../core/errors/longshore-error';
import { resolveDates } from '../core/plan/dates';
import { hasWildcard } from '../core/plan/pattern';
import { didYouMean } from '../core/plan/suggest';
import { parseBytes, parseDuration } from '../core/units';
import { checkDropFolders } from './check-drop-folders';
import { checkEnvironment, checkIsDatabase, POSTGRES_URL_WANTED } from './check-environments';
import { checkMasks } from './check-masks';
import { checkMonthBatches } from './check-month-batches';
import { checkNotifications } from './check-notifications';
import { type CheckReport, type Fields, fields, isFields, isLiteral } from './check-report';
import { isPostgresUrl } from './connection-url';
import type { ConfigPath } from './path';
import { timeZoneProblem } from './time-zone';

export type { CheckReport } from './check-report';

const LEVELS: Readonly<Record<string, readonly [number, number]>> = {
  none: [0, 0],
  zstd: [1, 22],
  gzip: [0, 9],
  brotli: [0, 11],
};
const PART_SIZE = { min: 8192, max: 4e9 };

/** `baseDir` is the folder of the configuration file; undefined for a document that belongs to none. */
export function checkDocument(document: unknown, report: CheckReport, baseDir?: string): void {
  const environments = fields(fields(document)['environments']);
  for (const [name, environment] of Object.entries(environments))
    checkEnvironment(['environments', name], fields(environment), report);
  const { url } = fields(fields(document)['catalog']);
  if (isLiteral(url) && !isPostgresUrl(url)) report.problem(['catalog', 'url'], POSTGRES_URL_WANTED);
  for (const [name, set] of Object.entries(fields(fields(document)['transferSets']))) {
    if (isFields(set)) checkSet(['transferSets', name], set, document, report);
  }
  checkDropFolders(fields(document), report, baseDir);
  checkMonthBatches(fields(document), report);
  checkNotifications(fields(document), report);
}

function checkSet(path: ConfigPath, set: Fields, document: unknown, report: CheckReport): void {
  const environments = fields(fields(document)['environments']);
  for (const side of ['from', 'to'] as const) {
    const name = set[side];
    checkIsDatabase([...path, side], name, environments, report);
    if (typeof name === 'string' && !Object.hasOwn(environments, name)) {
      const known = Object.keys(environments);
      const hint =
        didYouMean(name, known) || (known.length > 0 ? ` Defined are ${known.join(', ')}.` : ' None is defined.');
      report.problem([...path, side], `There is no environment \`${name}\`.${hint}`, 'CONFIG_UNKNOWN_NAME');
    }
  }
  const target =
    typeof set['to'] === 'string' && Object.hasOwn(environments, set['to']) ? fields(environments[set['to']]) : {};
  if (target['readOnly'] === true) {
    report.warning(
      [...path, 'to'],
      `The set writes into \`${String(set['to'])}\`, which is \`readOnly: true\`; it will be refused.`,
      'READ_ONLY_ENVIRONMENT',
    );
  }
  const timezone = checkSchedule([...path, 'schedule'], fields(set['schedule']), report);
  checkLoading(path, set, set, report);
  checkCompression([...path, 'compression'], fields(set['compression']), report);
  if (Array.isArray(set['tables']))
    checkTables([...path, 'tables'], set['tables'], { set, document, timezone, report });
}

/** The set's zone when it is one, else UTC. */
function checkSchedule(path: ConfigPath, schedule: Fields, report: CheckReport): string {
  const { cron, timezone, catchup } = schedule;
  const expressions = Array.isArray(cron)
    ? cron.map((text: unknown, index): [unknown, ConfigPath] => [text, [...path, 'cron', index]])
    : [[cron, [...path, 'cron']] as [unknown, ConfigPath]];
  for (const [text, at] of expressions) {
    if (typeof text !== 'string') continue;
    const problem = cronProblem(text);
    if (problem) report.problem(at, `The cron expression \`${text}\` ${problem}.`);
    else if (restrictsBothDays(text))
      report.warning(at, `\`${text}\` gives both a day of month and a day of week: it runs when both match.`);
  }
  const late = typeof catchup === 'string' ? parseDuration(catchup) : undefined;
  if (late !== undefined && late < 10_000) report.problem([...path, 'catchup'], '`catchup` must be at least 10s.');
  if (typeof timezone !== 'string') return 'UTC';
  const problem = timeZoneProblem(timezone);
  if (problem) report.problem([...path, 'timezone'], problem);
  return problem ? 'UTC' : timezone;
}

function checkCompression(path: ConfigPath, compression: Fields, report: CheckReport): void {
  const { codec = 'zstd', level } = compression;
  const range = typeof codec === 'string' && Object.hasOwn(LEVELS, codec) ? LEVELS[codec] : undefined;
  if (!range || typeof level !== 'number' || (level >= range[0] && level <= range[1])) return;
  report.problem(
    [...path, 'level'],
    codec === 'none'
      ? '`level` has no meaning without a codec.'
      : `\`level\` of ${String(codec)} must be ${range[0]} to ${range[1]}.`,
  );
}

/** Options that a set and a table share; `set` gives what `own` leaves out. */
function checkLoading(path: ConfigPath, own: Fields, set: Fields, report: CheckReport): void {
  const size = own['partSize'];
  const bytes = typeof size === 'string' || typeof size === 'number' ? parseBytes(size) : undefined;
  if (bytes !== undefined && (bytes < PART_SIZE.min || bytes > PART_SIZE.max))
    report.problem([...path, 'partSize'], '`partSize` must be 8192 bytes to 4 GB.');
  const mode = own['mode'] ?? set['mode'];
  const strategy = own['strategy'] ?? set['strategy'];
  if (mode !== 'append' || strategy === undefined || strategy === 'auto') return;
  const key = own['strategy'] === undefined ? 'mode' : 'strategy';
  if (own[key] !== undefined)
    report.problem(
      [...path, key],
      `\`mode: append\` keeps the rows of the target, \`strategy: ${String(strategy)}\` replaces them: choose one.`,
    );
}

interface TableContext {
  set: Fields;
  document: unknown;
  timezone: string;
  report: CheckReport;
}

function checkTables(path: ConfigPath, tables: readonly unknown[], context: TableContext): void {
  const { report } = context;
  const targets = new Map<string, number>();
  let selects = false;
  for (const [index, entry] of tables.entries()) {
    const at = [...path, index];
    const named = readEntry(entry);
    if (!named) {
      selects = true;
      if (isFields(entry))
        report.problem(at, `Entry ${index + 1} of \`tables\` must have one table name, with its options under it.`);
      continue;
    }
    const { pattern, options } = named;
    const problem = patternProblem(pattern);
    if (problem) report.problem(at, `\`${pattern}\` ${problem}.`);
    selects ||= !pattern.startsWith('!');
    checkOptions([...at, pattern], pattern, options, context);
    if (pattern.startsWith('!') || hasWildcard(pattern)) continue;
    const target = typeof options['target'] === 'string' ? options['target'] : pattern;
    const first = targets.get(target);
    if (first === undefined) targets.set(target, index);
    else
      report.problem(
        at,
        `Entries ${first + 1} and ${index + 1} both write the table \`${target}\`.`,
        'DUPLICATE_TARGET',
      );
  }
  if (!selects && tables.length > 0)
    report.problem(path, '`tables` only leaves tables out: it needs an entry without `!`.');
}

function readEntry(entry: unknown): { pattern: string; options: Fields } | undefined {
  if (typeof entry === 'string') return { pattern: entry, options: {} };
  if (!isFields(entry)) return undefined;
  const [first, ...more] = Object.entries(entry);
  return first && more.length === 0 ? { pattern: first[0], options: fields(first[1]) } : undefined;
}

function patternProblem(pattern: string): string | undefined {
  const name = pattern.startsWith('!') ? pattern.slice(1) : pattern;
  if (name.trim() !== name || name === '') return 'is no table name: there are spaces around it, or nothing in it';
  if (/^\.|\.$|\.\./.test(name)) return 'is no table name: a part is missing beside the dot';
  return undefined;
}

function checkOptions(
  path: ConfigPath,
  pattern: string,
  options: Fields,
  { set, document, timezone, report }: TableContext,
): void {
  const given = Object.keys(options);
  if (pattern.startsWith('!')) {
    if (given.length > 0) report.problem(path, `\`${pattern}\` leaves tables out, so options mean nothing here.`);
    return;
  }
  if (hasWildcard(pattern) && options['target'] !== undefined)
    report.problem(
      [...path, 'target'],
      `\`${pattern}\` may be many tables, and \`target\` is one: give the table an entry of its own.`,
    );
  checkLoading(path, options, set, report);
  checkMasks(path, options, document, report);
  const { dates } = options;
  if (isFields(dates)) checkDates([...path, 'dates'], dates, timezone, report);
}

function checkDates(path: ConfigPath, dates: Fields, timezone: string, report: CheckReport): void {
  const { preset, days, from, until } = dates;
  const ways = [
    preset !== undefined && '`preset`',
    days !== undefined && '`days`',
    (from !== undefined || until !== undefined) && '`from`/`until`',
  ].filter((way) => way !== false);
  if (ways.length === 0) report.problem(path, '`dates` needs a `preset`, a number of `days`, or `from` and `until`.');
  if (ways.length > 1) report.problem(path, `\`dates\` has ${ways.join(' and ')}: choose one.`);
  const range = { ...(typeof from === 'string' && { from }), ...(typeof until === 'string' && { until }) };
  if (ways.length !== 1 || Object.keys(range).length === 0) return;
  try {
    resolveDates(range, 'timestamptz', new Date(0), timezone);
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    report.problem(path, `${error.message} ${error.next}`);
  }
}
