import { createCommand } from '../../core/create-command';
import { configurationOf } from '../../core/configuration';
import { followBatchToEnd } from '../../core/follow-batch';
import { QC_OPTION } from '../../core/month-request';
import { flag, integer, required, text, toggle } from '../../core/options';

export const monthResume = createCommand({
  path: ['month', 'resume'],
  summary: 'Go on with what is left of a batch',
  details:
    'Months that have completed are left alone; of the others, parts that are uploaded and files that are staged are not done again. A file that was replaced meanwhile is taken as it is now. ' +
    'The batch keeps the configuration it was started with, unless --current-config says otherwise. A paused run goes on with `longshore run resume`.',
  args: { batch: required('BATCH', 'id of a batch, or its name: the latest') },
  options: {
    qc: QC_OPTION,
    parallel: integer('N', 0, 'months in work at once (default: as before)'),
    currentConfig: flag('use the configuration as it is now, e.g. with corrected definitions'),
    wait: toggle('watch until the run has ended (default)', 'let it run in the background, and print its id'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [
    ['month resume trades', 'the latest batch of that name'],
    ['month resume trades-2024-02-01-3fa9c1 --qc warehouse', 'a certain one, checked otherwise'],
  ],
  async run(context, { args, options }) {
    const client = await context.connect();
    const started = await client.months.resume(args.batch, {
      by: context.user(),
      ...(options.reason !== undefined && { reason: options.reason }),
      ...(options.qc && { quality: options.qc }),
      ...(options.parallel > 0 && { parallel: options.parallel }),
      ...(options.currentConfig && { configuration: await configurationOf(context) }),
    });
    if (!options.wait) {
      context.result(started, () => started.runId);
      return;
    }
    context.note(`${started.runId}  (batch ${started.batchId})`);
    return followBatchToEnd(context, client, started.runId);
  },
});
