import { loadedConfig } from '../../core/configuration';
import { createCommand } from '../../core/create-command';
import { formatTable } from '../../output/table';

export const transferList = createCommand({
  path: ['transfer', 'list'],
  summary: 'List the transfer sets of the configuration',
  args: {},
  options: {},
  examples: [
    ['transfer list', 'sets with their ends and schedules'],
    ['transfer list --json', 'the same for a script'],
  ],
  async run(context) {
    const { config } = await loadedConfig(context);
    const sets = Object.entries(config.transferSets).map(([name, { from, to, tables, schedule, description }]) => ({
      name,
      from,
      to,
      entries: tables.length,
      schedule: schedule
        ? `${[schedule.cron].flat().join(' | ')} ${schedule.timezone}${schedule.paused ? ' (paused)' : ''}`
        : undefined,
      description,
    }));
    const columns = [
      { title: 'SET' },
      { title: 'FROM' },
      { title: 'TO' },
      { title: 'ENTRIES', align: 'right' },
      { title: 'SCHEDULE' },
      { title: 'DESCRIPTION', flexible: true },
    ] as const;
    const rows = sets.map((set) => [
      set.name,
      set.from,
      set.to,
      String(set.entries),
      set.schedule ?? '',
      set.description ?? '',
    ]);
    context.result(sets, () =>
      sets.length === 0
        ? 'The configuration defines no transfer set.'
        : formatTable(columns, rows, { width: context.width, paintTitle: context.colours.dim }),
    );
  },
});
