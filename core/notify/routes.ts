import type { NotifyEvent, RunStatus } from '../../schemas/constants';
import type { NotificationsConfig, Route } from '../../schemas/notifications';
import { matchesPattern } from '../plan/pattern';

/** What routes are chosen by. */
export interface Occasion {
  event: NotifyEvent;
  set: string;
  /** Environment that is written to. */
  target: string;
  /** How the run before this one ended, of the same set and target; undefined when there was none. */
  previous?: RunStatus | undefined;
}

/** Names of the channels that are to hear of it, each once, in the order of the routes. */
export function channelsFor({ routes }: Pick<NotificationsConfig, 'routes'>, occasion: Occasion): string[] {
  return [...new Set(routes.filter((route) => matches(route, occasion)).flatMap(({ to }) => to))];
}

function matches({ on, sets, targets, onlyWhenChanged }: Route, occasion: Occasion): boolean {
  const { event, set, target } = occasion;
  const any = (patterns: string[] | undefined, name: string): boolean =>
    patterns?.some((pattern) => matchesPattern(pattern, name)) ?? true;
  return on.includes(event) && any(sets, set) && any(targets, target) && (!onlyWhenChanged || isChange(occasion));
}

/** A first run that ends well is no news; one that does not is. That a run is slow is always news: it is told once. */
function isChange({ event, previous }: Occasion): boolean {
  if (event === 'slow') return true;
  return previous === undefined ? event !== 'done' : previous !== event;
}
