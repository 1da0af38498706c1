import type { NotifyEvent, RunStatus } from '../../schemas/constants';
import type { NotificationsConfig, Route } from '../../schemas/notifications';
import { matchesPattern } from '../plan/pattern';

/** What routes are chosen by. */
export interface Occasion {
  event: NotifyEvent;
  /** What it happened to: a transfer set, a drop folder or a month batch. */
  set?: string;
  folder?: string;
  batch?: string;
  /** Environment that is written to. */
  target: string;
  /** How the run before this one ended, of the same set or folder and target; undefined when there was none. */
  previous?: RunStatus | undefined;
}

/** Names of the channels that are to hear of it, each once, in the order of the routes. */
export function channelsFor({ routes }: Pick<NotificationsConfig, 'routes'>, occasion: Occasion): string[] {
  return [...new Set(routes.filter((route) => matches(route, occasion)).flatMap(({ to }) => to))];
}

function matches(route: Route, occasion: Occasion): boolean {
  const { on, targets, onlyWhenChanged } = route;
  return (
    on.includes(occasion.event) &&
    isAbout(route, occasion) &&
    (targets === undefined || any(targets, occasion.target)) &&
    (!onlyWhenChanged || isChange(occasion))
  );
}

/** A route that names sets, folders or batches is about those alone; one that names none is about all. */
function isAbout({ sets, folders, batches }: Route, { set, folder, batch }: Occasion): boolean {
  if (sets === undefined && folders === undefined && batches === undefined) return true;
  const isAny = (patterns: readonly string[] | undefined, name: string | undefined): boolean =>
    patterns !== undefined && name !== undefined && any(patterns, name);
  return isAny(sets, set) || isAny(folders, folder) || isAny(batches, batch);
}

const any = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => matchesPattern(pattern, name));

/** A first run that ends well is no news; one that does not is. That a run is slow is always news: it is told once. */
function isChange({ event, previous }: Occasion): boolean {
  if (event === 'slow') return true;
  return previous === undefined ? event !== 'done' : previous !== event;
}
