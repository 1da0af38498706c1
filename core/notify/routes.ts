import type { NotifyEvent, RunStatus } from '../../schemas/constants';
import type { NotificationsConfig, Route } from '../../schemas/notifications';
import { matchesPattern } from '../plan/pattern';

/** What routes are chosen by. */
export interface Occasion {
  event: NotifyEvent;
  /** What it happened to: a transfer set or a drop folder. */
  set?: string;
  folder?: string;
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

/** A route that names only sets is not about folders, nor the other way round; one that names neither is about all. */
function isAbout({ sets, folders }: Route, { set, folder }: Occasion): boolean {
  if (sets === undefined && folders === undefined) return true;
  const [patterns, name] = folder === undefined ? [sets, set] : [folders, folder];
  return patterns !== undefined && name !== undefined && any(patterns, name);
}

const any = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => matchesPattern(pattern, name));

/** A first run that ends well is no news; one that does not is. That a run is slow is always news: it is told once. */
function isChange({ event, previous }: Occasion): boolean {
  if (event === 'slow') return true;
  return previous === undefined ? event !== 'done' : previous !== event;
}
