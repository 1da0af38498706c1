import { createCommand } from '../../core/create-command';
import { configurationOf } from '../../core/configuration';
import { followToEnd } from '../../core/follow';
import { flag, list, required, text, toggle } from '../../core/options';
import { preview } from './preview';

export const transferRun = createCommand({
  path: ['transfer', 'run'],
  summary: 'Run a transfer set',
  details:
    'Starts the run and shows its progress until it ends. Ctrl-C stops watching, not the run. ' +
    'Exit code 0: all tables arrived; 3: some did; 1: none did; 2: the configuration is wrong; 4: refused by a safety rule; 130: cancelled, or no longer watched.',
  args: { set: required('SET', 'transfer set of the configuration') },
  options: {
    table: list('TABLE', 'only this table of the set; may be repeated', 't'),
    dryRun: flag('only plan, and show what would be done'),
    wait: toggle('watch until the run has ended (default)', 'return as soon as the run has started'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [
    ['transfer run sales-daily', 'run the whole set and watch it'],
    ['transfer run sales-daily --table public.orders --reason "fixed prices"', 'bring one table'],
    ['transfer run sales-daily --no-wait --json', 'start it from a script, and print its id'],
  ],
  async run(context, { args, options }) {
    if (options.dryRun) return preview(context, { set: args.set, tables: options.table, sql: false });
    const configuration = await configurationOf(context);
    const client = await context.connect();
    const started = await client.transfers.run({
      configuration,
      set: args.set,
      tables: options.table,
      reason: options.reason,
      triggeredBy: context.user(),
    });
    if (!started.workerListens && !options.wait) {
      context.warn(
        'NO_WORKER No worker listens for transfers: the run waits. Start `longshore worker` or `longshore up`.',
      );
    }
    if (!options.wait) {
      context.result(started, () => started.runId);
      return;
    }
    context.note(started.runId);
    return followToEnd(context, client, started.runId);
  },
});
