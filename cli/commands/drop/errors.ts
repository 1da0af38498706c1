import { LongshoreError } from '../../../core/errors/longshore-error';
import { parseDuration } from '../../../core/units';
import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';
import { errorReport } from '../../output/drop-status';

export const dropErrors = createCommand({
  path: ['drop', 'errors'],
  summary: 'Show what failed files have in common: how many, an example, what to do',
  args: { folder: required('FOLDER', 'drop folder') },
  options: { last: text('DURATION', 'only files that failed in this time, such as 24h or 7d') },
  examples: [
    ['drop errors reference', 'all failures that the catalog knows of'],
    ['drop errors reference --last 24h', 'since yesterday'],
  ],
  async run(context, { args: { folder }, options: { last } }) {
    const ms = last === undefined ? undefined : parseDuration(last);
    if (last !== undefined && ms === undefined)
      throw new LongshoreError('USAGE', `--last ${last} is no duration: it must be such as 30m, 24h or 7d.`);
    const client = await context.connect();
    const since = ms === undefined ? undefined : new Date(context.io.now() - ms);
    const analysis = await client.drops.errors(folder, since);
    context.result(analysis, () => errorReport(analysis, { colours: context.colours, width: context.width }));
  },
});
