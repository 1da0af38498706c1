import { createCommand } from '../../core/create-command';
import { flag, integer, required } from '../../core/options';
import { eventLine } from '../../output/run-log';

export const runLog = createCommand({
  path: ['run', 'log'],
  summary: 'Show the log of a run of a month batch',
  details:
    'What was read, uploaded, checked, copied and published, and what went wrong; with --follow as it happens, until the run has ended.',
  args: { run: required('RUN', 'id of the run, with or without `month/`, or a batch: its latest run') },
  options: {
    follow: flag('go on until the run has ended', 'f'),
    limit: integer('N', 1000, 'how many lines at most, the last ones'),
  },
  examples: [
    ['run log trades', 'the latest run of a batch'],
    ['run log month/trades/2024-02-01T05:00Z --follow', 'one run, as it goes on'],
  ],
  async run(context, { args, options }) {
    const client = await context.connect();
    const runId = await client.runs.resolve(args.run);
    const interrupts = context.interrupts();
    try {
      const events = await all();
      const shown = events.slice(-options.limit);
      if (!options.follow)
        return context.result(
          shown,
          () =>
            shown.map((event) => eventLine(event, context.colours)).join('\n') ||
            'Nothing was written down of this run.',
        );
      const print = (event: (typeof events)[number]): void =>
        context.io.out(context.global.json ? `${JSON.stringify(event)}\n` : `${eventLine(event, context.colours)}\n`);
      shown.forEach(print);
      for (let after = events.at(-1)?.id ?? 0; !interrupts.signal.aborted;) {
        const { run } = await client.runs.show(runId);
        const more = await client.months.events(runId, { after });
        more.forEach(print);
        after = more.at(-1)?.id ?? after;
        if (run.finishedAt && more.length === 0) return undefined;
        await new Promise((resume) => setTimeout(resume, 1000));
      }
      return undefined;
    } finally {
      interrupts.dispose();
    }

    async function all() {
      const events = [];
      for (let after = 0; ;) {
        const more = await client.months.events(runId, { after, limit: 1000 });
        events.push(...more);
        after = more.at(-1)?.id ?? after;
        if (more.length < 1000) return events;
      }
    }
  },
});
