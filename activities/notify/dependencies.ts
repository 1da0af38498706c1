import type { Catalog } from '../../catalog/catalog';
import type { Notifier } from '../../notify';
import type { ResolvedChannel } from '../../schemas/notifications';
import type { Configurations } from '../dependencies';

/** What telling people needs from outside; worker/notifications.ts makes `channel` and `notifier`. */
export interface NotifyDependencies {
  catalog: Pick<Catalog, 'runs' | 'tables' | 'notifications' | 'audit'>;
  configurations: Configurations;
  /**
   * A channel of a stored configuration, its secrets looked up in this process. Throws SECRET_MISSING, CONFIG_INVALID or
   * CONFIG_UNKNOWN_NAME.
   */
  channel(ref: { configVersion: number; channel: string }): Promise<ResolvedChannel>;
  notifier: Notifier;
  now(): Date;
}
