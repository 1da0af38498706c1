import { resolve } from 'node:path';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { FILE_DATASETS, FILE_LOAD_TYPES, type FileOutcome } from '../../../core/types/drop';
import { EXIT } from '../../../schemas/constants';
import { createCommand } from '../../core/create-command';
import { exitOfError } from '../../core/exit';
import { taskRequest } from '../../core/folder-task';
import { followFile } from '../../core/follow-folder';
import { choice, required, text, toggle } from '../../core/options';
import { outcomeReport } from '../../output/drop-task';

export const dropProcess = createCommand({
  path: ['drop', 'process'],
  summary: 'Load one file at once, without dropping it and without waiting',
  details:
    'The file must be on the disk of the worker. It is loaded as if it had been dropped, by the rules of the folder. ' +
    'Exit code 0: loaded, or left out as a duplicate; 1: failed; 4: refused by a safety rule; 130: cancelled, or no longer watched.',
  args: { folder: required('FOLDER', 'drop folder whose rules hold'), file: required('FILE', 'the file') },
  options: {
    dataset: choice(FILE_DATASETS, 'whether it is reference data'),
    load: choice(FILE_LOAD_TYPES, 'replace the rows of the table, or add to them'),
    keep: toggle(
      'leave a file outside of the folder where it is (default)',
      'file it away under the folder when it has ended',
    ),
    wait: toggle('wait for the outcome (default)', 'return as soon as it has started'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [
    [
      'drop process reference ./airports.csv --dataset reference --load fullload',
      'load it now, and see what comes of it',
    ],
  ],
  async run(context, { args: { folder, file }, options: { dataset, load, keep, wait, reason } }) {
    if (!dataset || !load)
      throw new LongshoreError(
        'USAGE',
        `How the file is to be loaded is open: ${dataset ? '' : '--dataset'}${dataset || load ? '' : ' and '}${load ? '' : '--load'} must be given.`,
        {},
        { next: `--dataset is ${FILE_DATASETS.join(' or ')}, --load is ${FILE_LOAD_TYPES.join(' or ')}.` },
      );
    const client = await context.connect();
    const path = resolve(context.io.cwd, file);
    const request = await taskRequest(context, client, folder, reason);
    const operationId = await client.drops.startTask(
      folder,
      { kind: 'process', path, dataset, loadType: load, keep },
      request,
    );
    if (!wait) {
      context.result({ operationId, path }, () => operationId);
      return undefined;
    }
    const outcome = await followFile(context, client, { operationId, path: file });
    if (!outcome) {
      if (context.global.json) context.result({ operationId, path, detached: true }, () => '');
      return EXIT.cancelled;
    }
    context.result(outcome, () => outcomeReport(outcome, { colours: context.colours, width: context.width }));
    return exitOf(outcome);
  },
});

function exitOf({ state, error }: FileOutcome): number {
  if (state === 'loaded' || state === 'skipped') return EXIT.done;
  if (state === 'cancelled') return EXIT.cancelled;
  return error ? exitOfError(error.code) : EXIT.failed;
}
