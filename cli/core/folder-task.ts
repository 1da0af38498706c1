import type { DropTaskKind, LongshoreClient, ResultOf, TaskOf, TaskRequest } from '../../client';
import { configurationOf } from './configuration';
import type { CommandContext } from './context';

/** With what the folder is watched; where nobody watches it, with the configuration of the command line. */
export async function taskRequest(
  context: CommandContext,
  client: LongshoreClient,
  folder: string,
  reason?: string,
): Promise<TaskRequest> {
  const watched = await client.drops.watched(folder);
  return {
    by: context.user(),
    ...(reason !== undefined && { reason }),
    ...(!watched && { configuration: await configurationOf(context) }),
  };
}

/** Has a worker do it, and waits. */
export async function folderTask<K extends DropTaskKind>(
  context: CommandContext,
  folder: string,
  task: TaskOf<K>,
): Promise<ResultOf<K>> {
  const client = await context.connect();
  return client.drops.task<K>(folder, task, await taskRequest(context, client, folder));
}
