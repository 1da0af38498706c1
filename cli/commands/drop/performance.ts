import { LongshoreError } from '../../../core/errors/longshore-error';
import { parseDuration } from '../../../core/units';
import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';
import { performanceReport } from '../../output/drop-performance';

export const dropPerformance = createCommand({
  path: ['drop', 'performance'],
  summary: 'Show how fast files were loaded and how long they waited, and what would make it faster',
  details:
    'Files that ended are counted, from the catalog. A warning with the setting to change is written for each threshold that is crossed: ' +
    'one file in twenty takes more than ten times as long as half of them; one in twenty waits for its turn longer than twice the time that files have to stand still; ' +
    'more than 10 per cent fail; more than half of the small files go by way of a staging table where one step would do.',
  args: { folder: required('FOLDER', 'drop folder') },
  options: { since: text('DURATION', 'only files that ended in this time, such as 24h or 7d') },
  examples: [
    ['drop performance reference', 'all files that the catalog knows of'],
    ['drop performance reference --since 7d', 'the last week'],
    ['drop performance reference --since 24h --json', 'the same for a script or a dashboard'],
  ],
  async run(context, { args: { folder }, options: { since } }) {
    const ms = since === undefined ? undefined : parseDuration(since);
    if (since !== undefined && ms === undefined)
      throw new LongshoreError('USAGE', `--since ${since} is no duration: it must be such as 30m, 24h or 7d.`);
    const client = await context.connect();
    const from = ms === undefined ? undefined : new Date(context.io.now() - ms);
    const performance = await client.drops.performance(folder, from);
    context.result(performance, () =>
      performanceReport(performance, { colours: context.colours, width: context.width }),
    );
  },
});
