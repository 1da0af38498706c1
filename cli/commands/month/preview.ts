import { resolve } from 'node:path';
import { createCommand } from '../../core/create-command';
import { MONTH_OPTIONS, monthsOf, taskRequest } from '../../core/month-request';
import { required } from '../../core/options';
import { monthPreviewText } from '../../output/month-preview';

export const monthPreview = createCommand({
  path: ['month', 'preview'],
  summary: 'Show which files belong to which table and month, and what stands in the way',
  args: { batch: required('BATCH', 'month batch of the configuration') },
  options: {
    month: MONTH_OPTIONS.month,
    table: MONTH_OPTIONS.table,
    files: MONTH_OPTIONS.files,
    basePath: MONTH_OPTIONS.basePath,
  },
  examples: [
    ['month preview trades', 'everything below the folder of the batch'],
    ['month preview trades --month 2024-01', 'one month'],
  ],
  async run(context, { args: { batch }, options: { month, table, files, basePath } }) {
    const client = await context.connect();
    const months = monthsOf(context, month);
    const { cwd } = context.io;
    const result = await client.months.task<'preview'>(
      batch,
      {
        kind: 'preview',
        ...(months.length > 0 && { months }),
        ...(table.length > 0 && { tables: table }),
        ...(files.length > 0 && { files: files.map((file) => resolve(cwd, file)) }),
        ...(basePath !== undefined && { basePath: resolve(cwd, basePath) }),
      },
      await taskRequest(context),
    );
    context.result(result, () => monthPreviewText(result, { colours: context.colours, width: context.width }));
  },
});
