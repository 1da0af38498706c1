import { FILE_STATES } from '../../../core/types/drop';
import { createCommand } from '../../core/create-command';
import { choice, integer, required, text } from '../../core/options';
import { fileTable } from '../../output/drop-status';

export const dropFiles = createCommand({
  path: ['drop', 'files'],
  summary: 'List the files of a drop folder, the latest first, and what became of each',
  args: { folder: required('FOLDER', 'drop folder') },
  options: {
    state: choice(FILE_STATES, 'only files that stand so'),
    file: text('PATH', 'only files of this path, as they were dropped'),
    limit: integer('N', 20, 'how many at most'),
  },
  examples: [
    ['drop files reference', 'the last 20 files'],
    ['drop files reference --state failed --limit 100', 'what failed'],
  ],
  async run(context, { args: { folder }, options: { state, file, limit } }) {
    const client = await context.connect();
    const files = await client.drops.files(folder, {
      ...(state && { states: [state] }),
      ...(file !== undefined && { path: file }),
      limit,
    });
    // Plans are for machines that load: they may be long, and say nothing that is not said here.
    const data = files.map(({ plan, ...rest }) => ({ ...rest, warnings: plan?.warnings ?? [] }));
    context.result(data, () => fileTable(files, { colours: context.colours, width: context.width }));
  },
});
