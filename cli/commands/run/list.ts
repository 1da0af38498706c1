import { RUN_KINDS, RUN_STATUSES } from '../../../schemas/constants';
import { createCommand } from '../../core/create-command';
import { choice, integer, text } from '../../core/options';
import { duration, moment } from '../../output/format';
import { paintStatus } from '../../output/run-report';
import { formatTable } from '../../output/table';

export const runList = createCommand({
  path: ['run', 'list'],
  summary: 'List runs, the newest first',
  args: {},
  options: {
    status: choice(RUN_STATUSES, 'only runs that stand so'),
    kind: choice(RUN_KINDS, 'only runs of this kind: of transfer sets, or of drop folders'),
    set: text('SET', 'only runs of this transfer set or drop folder'),
    limit: integer('N', 20, 'how many at most'),
  },
  examples: [
    ['run list', 'the last 20 runs'],
    ['run list --status failed --set sales-daily', 'what failed of one set'],
  ],
  async run(context, { options }) {
    const client = await context.connect();
    const runs = await client.runs.list({
      kind: options.kind,
      name: options.set,
      status: options.status,
      limit: options.limit,
    });
    const columns = [
      { title: 'RUN', flexible: true },
      { title: 'STATUS' },
      { title: 'TARGET' },
      { title: 'STARTED' },
      { title: 'TOOK', align: 'right' },
      { title: 'BY', flexible: true },
      { title: 'ERROR', flexible: true },
    ] as const;
    const now = context.io.now();
    const rows = runs.map((run) => [
      run.runId,
      `${run.status}${run.dryRun ? ' (dry)' : ''}`,
      run.target,
      moment(run.startedAt),
      duration((run.finishedAt?.getTime() ?? now) - run.startedAt.getTime()),
      run.triggeredBy,
      run.error ? `${run.error.code}: ${run.error.message}` : '',
    ]);
    const { colours, width } = context;
    const paint = (cell: string, _row: number, column: number): string =>
      column === 1 ? cell.replace(/\S+/, (status) => paintStatus(status, colours)) : cell;
    context.result(runs, () =>
      rows.length === 0
        ? 'There is no such run.'
        : formatTable(columns, rows, { width, paintTitle: colours.dim, paint }),
    );
  },
});
