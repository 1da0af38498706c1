import { createCommand } from '../../core/create-command';
import { taskRequest } from '../../core/month-request';
import { required } from '../../core/options';
import { stageText } from '../../output/month-stage';

export const monthStage = createCommand({
  path: ['month', 'stage'],
  summary: 'List what lies in the stage of a batch, and whether a load still needs it',
  args: { batch: required('BATCH', 'month batch of the configuration') },
  options: {},
  examples: [['month stage trades', 'files, sizes, and loads']],
  async run(context, { args: { batch } }) {
    const client = await context.connect();
    const result = await client.months.task<'stage-list'>(batch, { kind: 'stage-list' }, await taskRequest(context));
    context.result(result, () => stageText(result, { colours: context.colours, width: context.width }));
  },
});
