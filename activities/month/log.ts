import { Context } from '@temporalio/activity';
import type { RunEvent } from '../../catalog/month';
import type { MonthDependencies } from './dependencies';

/**
 * Writes a line into the log of a run. A line that a retry writes again is the same line: `key` tells it from others. What
 * cannot be written does not stop the work.
 */
export async function note(
  { catalog }: Pick<MonthDependencies, 'catalog'>,
  runId: string,
  level: RunEvent['level'],
  message: string,
  { key, ...details }: { key?: string } & Record<string, unknown> = {},
): Promise<void> {
  const unique = key ?? `${Context.current().info.activityId}:${message}`;
  await catalog.months.log({ runId, level, message, key: unique, details }).catch(() => undefined);
}
