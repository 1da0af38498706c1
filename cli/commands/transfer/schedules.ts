import { createCommand } from '../../core/create-command';
import { moment } from '../../output/format';
import { formatTable } from '../../output/table';

export const transferSchedules = createCommand({
  path: ['transfer', 'schedules'],
  summary: 'List the schedules that Temporal holds',
  args: {},
  options: {},
  examples: [['transfer schedules', 'every schedule with its next run']],
  async run(context) {
    const client = await context.connect();
    const schedules = await client.schedules.list();
    const columns = [
      { title: 'SET' },
      { title: 'STATE' },
      { title: 'NEXT RUN' },
      { title: 'TIME ZONE' },
      { title: 'CONFIG', align: 'right' },
      { title: 'LAST RUN', flexible: true },
      { title: 'NOTE', flexible: true },
    ] as const;
    const rows = schedules.map(({ set, paused, nextRuns, timezone, configVersion, lastRuns, note }) => [
      set,
      paused ? 'paused' : 'active',
      paused ? '' : moment(nextRuns[0]),
      timezone,
      String(configVersion ?? ''),
      lastRuns.at(-1)?.runId ?? '',
      note ?? '',
    ]);
    context.result(schedules, () =>
      rows.length === 0
        ? 'There is no schedule.'
        : formatTable(columns, rows, { width: context.width, paintTitle: context.colours.dim }),
    );
  },
});
