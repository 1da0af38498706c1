import { createCommand } from '../../core/create-command';
import { followBatchToEnd } from '../../core/follow-batch';
import { batchRequest, MONTH_OPTIONS, QC_OPTION } from '../../core/month-request';
import { required, toggle } from '../../core/options';

export const monthCheck = createCommand({
  path: ['month', 'check'],
  summary: 'Check the files of months for quality, and load nothing',
  details:
    'One pass over each file: days without rows, days outside the month, rows per day against the median, keys that occur twice, columns, types, widths, NULLs, encoding, and rules of your own. ' +
    'Exit code 0: all files passed, with or without warnings; 3: some did; 1: none did.',
  args: { batch: required('BATCH', 'month batch of the configuration') },
  options: {
    ...MONTH_OPTIONS,
    qc: QC_OPTION,
    wait: toggle('watch until the run has ended (default)', 'let it run in the background, and print its id'),
  },
  examples: [
    ['month check trades --month 2024-01', 'the files of a month'],
    ['month check trades --files ./trades_20240101-20240131.tsv', 'one file'],
    [
      'month check trades --month 2024-01 --qc warehouse',
      'the same checks as SQL, on rows that are staged and dropped again',
    ],
    ['month check trades --month 2024-01 --json', 'everything that was found, for a script'],
  ],
  async run(context, { args, options }) {
    // A check is for looking at the file, unless something else is said.
    const request = await batchRequest(context, args.batch, 'check', options, options.qc ?? 'file');
    const client = await context.connect();
    const started = await client.months.start(request);
    if (!options.wait) {
      context.result(started, () => started.runId);
      return;
    }
    context.note(started.runId);
    return followBatchToEnd(context, client, started.runId);
  },
});
