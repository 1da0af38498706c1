/** Checks of `notifications` that the schema cannot make: names that must exist, placeholders, logins. */
import { hasWildcard, matchesPattern } from '../core/plan/pattern';
import { didYouMean } from '../core/plan/suggest';
import { templateProblems, URL_PLACEHOLDERS } from '../core/notify/template';
import { type CheckReport, type Fields, fields } from './check-report';
import type { ConfigPath } from './path';

export function checkNotifications(document: Fields, report: CheckReport): void {
  const notifications = fields(document['notifications']);
  const channels = fields(notifications['channels']);
  const used = new Set<unknown>();
  for (const [index, route] of list(notifications['routes']).entries()) {
    const path = ['notifications', 'routes', index];
    const { sets, folders, batches, targets, to } = fields(route);
    for (const channel of list(to)) used.add(channel);
    checkNames({ path: [...path, 'to'], what: 'channel', names: to, known: Object.keys(channels) }, report);
    const known = {
      sets: Object.keys(fields(document['transferSets'])),
      folders: Object.keys(fields(document['dropFolders'])),
      batches: Object.keys(fields(document['monthBatches'])),
      targets: Object.keys(fields(document['environments'])),
    };
    checkNames({ path: [...path, 'sets'], what: 'transfer set', names: sets, known: known.sets }, report);
    checkNames({ path: [...path, 'folders'], what: 'drop folder', names: folders, known: known.folders }, report);
    checkNames({ path: [...path, 'batches'], what: 'month batch', names: batches, known: known.batches }, report);
    checkNames({ path: [...path, 'targets'], what: 'environment', names: targets, known: known.targets }, report);
  }
  for (const [name, channel] of Object.entries(channels)) {
    const path = ['notifications', 'channels', name];
    checkChannel(path, fields(channel), report);
    if (!used.has(name)) report.warning(path, `No route leads to the channel \`${name}\`: it will hear of nothing.`);
  }
  for (const [event, template] of Object.entries(fields(notifications['templates']))) {
    for (const [key, text] of Object.entries(fields(template)))
      checkTemplate(['notifications', 'templates', event, key], text, undefined, report);
  }
  checkTemplate(['notifications', 'reportUrl'], notifications['reportUrl'], URL_PLACEHOLDERS, report);
}

interface Names {
  path: ConfigPath;
  what: string;
  names: unknown;
  known: readonly string[];
}

function checkNames({ path, what, names, known }: Names, report: CheckReport): void {
  for (const [index, name] of list(names).entries()) {
    if (typeof name !== 'string') continue;
    const at = [...path, index];
    if (what !== 'channel' && hasWildcard(name)) {
      if (!known.some((each) => matchesPattern(name, each)))
        report.warning(at, `The pattern \`${name}\` matches no ${what}.`);
    } else if (!known.includes(name)) {
      const hint =
        didYouMean(name, known) || (known.length > 0 ? ` Defined are ${known.join(', ')}.` : ' None is defined.');
      report.problem(at, `There is no ${what} \`${name}\`.${hint}`, 'CONFIG_UNKNOWN_NAME');
    }
  }
}

function checkChannel(path: ConfigPath, channel: Fields, report: CheckReport): void {
  const { kind, user, password, security } = channel;
  if (kind !== 'email') return;
  if (password !== undefined && user === undefined)
    report.problem([...path, 'user'], '`user` is missing: there is a `password`, and nobody to log in as.');
  if (user !== undefined && password === undefined)
    report.problem([...path, 'password'], '`password` is missing: there is a `user` to log in as.');
  if (password !== undefined && security === 'none')
    report.warning([...path, 'security'], '`security: none` sends the password unencrypted.');
}

function checkTemplate(
  path: ConfigPath,
  text: unknown,
  known: readonly string[] | undefined,
  report: CheckReport,
): void {
  if (typeof text !== 'string') return;
  for (const problem of templateProblems(text, known)) report.problem(path, `\`${String(path.at(-1))}\` ${problem}`);
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
