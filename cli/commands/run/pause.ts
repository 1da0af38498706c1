import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';

export const runPause = createCommand({
  path: ['run', 'pause'],
  summary: 'Pause a run',
  details:
    "Parts that are being moved are finished; no new part is started until the run is resumed. The source's snapshot stays open meanwhile.",
  args: {
    run: required(
      'RUN',
      'id of the run, with or without `transfer/` or `month/`; a set or month batch: its latest run; or a drop folder',
    ),
  },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [['run pause sales-daily --reason "source is busy"', 'pause the latest run of a set']],
  async run(context, { args, options }) {
    const client = await context.connect();
    const runId = await client.runs.pause(args.run, { by: context.user(), reason: options.reason });
    context.result(
      { runId, action: 'pause' },
      () => `The run pauses after the parts under way. Resume it: longshore run resume ${runId}`,
    );
  },
});
