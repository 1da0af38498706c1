import { createCommand } from '../../core/create-command';
import { taskRequest } from '../../core/month-request';
import { required, text } from '../../core/options';

export const monthRestore = createCommand({
  path: ['month', 'restore'],
  summary: 'Bring deleted rows back',
  details:
    'From the history of Snowflake, or from the Parquet file that was written before; once, and in one transaction.',
  args: {
    batch: required('BATCH', 'month batch of the configuration'),
    deletion: required('DELETION', 'id of a deletion, from `longshore month deletions`'),
  },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [['month restore trades 3f2b… --reason "wrong month"', 'what was deleted by mistake']],
  async run(context, { args: { batch, deletion }, options: { reason } }) {
    const client = await context.connect();
    const request = await taskRequest(context, reason);
    const result = await client.months.task<'restore'>(batch, { kind: 'restore', deletion }, request);
    context.result(
      result,
      () =>
        `${result.rows.toLocaleString('en')} rows of ${result.deletion.month} are back in ${result.deletion.table}.`,
    );
  },
});
