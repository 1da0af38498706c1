import type { LongshoreClient, ScheduleInfo } from '../../../client';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { parseDuration } from '../../../core/units';
import { configurationOf, loadedConfig } from '../../core/configuration';
import type { CommandContext } from '../../core/context';
import { createCommand } from '../../core/create-command';
import { flag, required, text } from '../../core/options';
import { moment } from '../../output/format';
import { oneLine } from '../../output/text';

export const transferSchedule = createCommand({
  path: ['transfer', 'schedule'],
  summary: 'Make the Temporal Schedule of a set, or change it',
  details:
    'Without an option the schedule is created as the configuration describes it, or brought up to date: it then runs this version of the configuration. ' +
    'A start that falls into a run of the same schedule is skipped.',
  args: { set: required('SET', 'transfer set of the configuration') },
  options: {
    show: flag('only show it'),
    pause: flag('start nothing until resumed'),
    resume: flag('start again as planned'),
    trigger: flag('start a run now'),
    delete: flag('remove the schedule'),
    reason: text('TEXT', 'why, for the audit and the note in Temporal'),
  },
  examples: [
    ['transfer schedule sales-daily', 'create it, or bring it up to the configuration'],
    ['transfer schedule sales-daily --pause --reason "migration weekend"', 'hold it'],
    ['transfer schedule sales-daily --show', 'when it runs next'],
  ],
  async run(context, { args: { set }, options }) {
    const chosen = (['show', 'pause', 'resume', 'trigger', 'delete'] as const).filter((name) => options[name]);
    if (chosen.length > 1) throw new LongshoreError('USAGE', `--${chosen.join(' and --')} cannot be used together.`);
    const client = await context.connect();
    const request = { by: context.user(), reason: options.reason };
    switch (chosen[0]) {
      case undefined:
        return save(context, client, set);
      case 'pause':
        await client.schedules.pause(set, request);
        break;
      case 'resume':
        await client.schedules.unpause(set, request);
        break;
      case 'trigger':
        await client.schedules.trigger(set, request);
        break;
      case 'delete':
        await client.schedules.delete(set, request);
        context.result({ set, deleted: true }, () => `The schedule of ${set} is removed. Runs under way go on.`);
        return;
      case 'show':
    }
    const info = await client.schedules.describe(set);
    context.result(info, () => describe(info));
  },
});

async function save(context: CommandContext, client: LongshoreClient, set: string): Promise<void> {
  const { config } = await loadedConfig(context);
  const configuration = await configurationOf(context);
  const wanted = config.transferSets[set];
  if (wanted && !wanted.schedule) {
    throw new LongshoreError(
      'CONFIG_INVALID',
      `Transfer set ${set} has no \`schedule\`.`,
      { file: configuration.source, path: `transferSets.${set}.schedule` },
      { next: 'Add `schedule: { cron: "0 5 * * 1-5", timezone: Europe/Berlin }` to the set.' },
    );
  }
  const { cron, timezone, catchup, paused } = wanted?.schedule ?? {
    cron: [],
    timezone: 'UTC',
    catchup: '1h',
    paused: false,
  };
  const times = { cron, timezone, catchupMs: parseDuration(catchup), paused };
  const info = await client.schedules.save({
    configuration,
    set,
    by: context.user(),
    note: wanted?.description,
    ...times,
  });
  context.result(info, () => `${info.created ? 'Created' : 'Updated'}. ${describe(info)}`);
}

function describe({ set, paused, note, timezone, nextRuns, lastRuns, configVersion }: ScheduleInfo): string {
  const lines = [
    `${set}: ${paused ? 'paused' : 'active'}, configuration version ${configVersion ?? '?'}${note ? ` — ${oneLine(note)}` : ''}`,
  ];
  if (!paused) lines.push(...nextRuns.slice(0, 3).map((date) => `  next ${moment(date)} (${local(date, timezone)})`));
  lines.push(...lastRuns.slice(-3).map(({ at, runId }) => `  last ${moment(at)} ${runId}`));
  return lines.join('\n');
}

const local = (date: Date, timeZone: string): string =>
  `${date.toLocaleString('en-GB', { timeZone, weekday: 'short', day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' })} ${timeZone}`;
