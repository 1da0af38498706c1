import { LongshoreError } from '../../../core/errors/longshore-error';
import type { LongshoreClient } from '../../../client';
import { loadedConfig } from '../../core/configuration';
import type { CommandContext } from '../../core/context';
import { createCommand } from '../../core/create-command';
import { optional } from '../../core/options';
import { folderReport, folderTable } from '../../output/drop-status';

export const dropStatus = createCommand({
  path: ['drop', 'status'],
  summary: 'Show how drop folders stand: what waits, what is in work, what failed',
  args: { folder: optional('FOLDER', 'one folder; all of the configuration when left out') },
  options: {},
  examples: [
    ['drop status', 'all folders, a line each'],
    ['drop status reference', 'one of them, with what is in work and what failed'],
    ['drop status reference --json', 'the same for a script'],
  ],
  async run(context, { args: { folder } }) {
    const client = await context.connect();
    const layout = { colours: context.colours, width: context.width };
    if (folder !== undefined) {
      const status = await client.drops.status(folder);
      if (status.state === 'stopped' && status.startedAt === undefined && Object.keys(status.files).length === 0)
        await requireKnown(context, folder);
      context.result(status, () => folderReport(status, layout));
      return;
    }
    const statuses = await Promise.all((await names(context, client)).map((name) => client.drops.status(name)));
    context.result(statuses, () =>
      statuses.length === 0 ? 'There is no drop folder.' : folderTable(statuses, layout),
    );
  },
});

/** Folders of the configuration, where there is one, and those that were ever watched. */
async function names(context: CommandContext, client: LongshoreClient): Promise<string[]> {
  const watched = await client.drops.folders();
  return [...new Set([...(await configured(context)), ...watched])];
}

/** A name that nobody knows is a slip of the pen. */
async function requireKnown(context: CommandContext, folder: string): Promise<void> {
  const known = await configured(context);
  if (known.length === 0 || known.includes(folder)) return;
  throw new LongshoreError(
    'CONFIG_UNKNOWN_NAME',
    `There is no drop folder ${folder}: the configuration defines ${known.join(', ')}, and none of that name was ever watched.`,
  );
}

async function configured(context: CommandContext): Promise<string[]> {
  try {
    return Object.keys((await loadedConfig(context)).config.dropFolders);
  } catch (error) {
    if (error instanceof LongshoreError && error.code === 'CONFIG_NOT_FOUND' && !context.global.configGiven) return [];
    throw error;
  }
}
