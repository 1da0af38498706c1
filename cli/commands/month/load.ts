import { createCommand } from '../../core/create-command';
import { followBatchToEnd } from '../../core/follow-batch';
import { batchRequest, MONTH_OPTIONS, QC_OPTION, qualityMode } from '../../core/month-request';
import { flag, required, toggle } from '../../core/options';

export const monthLoad = createCommand({
  path: ['month', 'load'],
  summary: 'Load months of a batch into its warehouse',
  details:
    'Each file is read once: checked, cut into parts, packed and uploaded; then copied into a staging table, counted, and published with the other files of its table and month in one transaction. ' +
    'A month that fails does not stop the others. Ctrl-C stops watching, not the run. ' +
    'Exit code 0: all months arrived; 3: some did; 1: none did; 2: the configuration is wrong; 4: refused by a safety rule; 130: cancelled, or no longer watched.',
  args: { batch: required('BATCH', 'month batch of the configuration') },
  options: {
    ...MONTH_OPTIONS,
    qc: QC_OPTION,
    replace: flag('rows of the months that the tables have give way, in the same transaction'),
    wait: toggle('watch until the run has ended (default)', 'let it run in the background, and print its id'),
    background: flag('the same as --no-wait'),
  },
  examples: [
    ['month load trades --month 2024-01', 'one month, watched'],
    ['month load trades --month 2024-01..2024-06 --parallel 3 --qc file', 'half a year, three months at a time'],
    ['month load trades --files ./trades_20240101-20240131.tsv --qc none', 'one file, unchecked'],
    ['month load trades --month 012024 --replace --reason "corrected file"', 'a month once more'],
    ['month load trades --month last-month --background', 'start it, and see `longshore run watch` for it later'],
  ],
  async run(context, { args, options }) {
    const quality = await qualityMode(context, args.batch, options.qc);
    const request = await batchRequest(context, args.batch, 'load', options, quality);
    const client = await context.connect();
    const started = await client.months.start({ ...request, ...(options.replace && { replace: true }) });
    const isDetached = options.background || !options.wait;
    if (!started.workerListens && isDetached)
      context.warn('NO_WORKER No worker listens: the run waits. Start `longshore worker` or `longshore up`.');
    if (isDetached) {
      context.result(started, () => started.runId);
      return;
    }
    context.note(`${started.runId}  (batch ${started.batchId})`);
    return followBatchToEnd(context, client, started.runId);
  },
});
