import { createCommand } from '../../core/create-command';
import { taskRequest } from '../../core/month-request';
import { required, text } from '../../core/options';
import { diagnosisText } from '../../output/month-stage';

export const monthDiagnose = createCommand({
  path: ['month', 'diagnose'],
  summary: 'Look into a COPY that runs or has ended: how long, how much, and what holds it up',
  args: { batch: required('BATCH', 'month batch of the configuration') },
  options: { statement: text('ID', 'this statement (default: the latest of the batch)') },
  examples: [
    ['month diagnose trades', 'the latest statements of the batch'],
    ['month diagnose trades --statement 01b2…', 'a certain one'],
  ],
  async run(context, { args: { batch }, options: { statement } }) {
    const client = await context.connect();
    const task = { kind: 'diagnose', ...(statement !== undefined && { statement }) } as const;
    const result = await client.months.task<'diagnose'>(batch, task, await taskRequest(context));
    context.result(result, () => diagnosisText(result, { colours: context.colours, width: context.width }));
  },
});
