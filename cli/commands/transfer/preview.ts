import { LongshoreError } from '../../../core/errors/longshore-error';
import type { LongshoreClient } from '../../../client';
import type { RunTableRecord } from '../../../catalog';
import { configurationOf } from '../../core/configuration';
import type { CommandContext } from '../../core/context';
import { createCommand } from '../../core/create-command';
import { exitOfRun } from '../../core/exit';
import { follow } from '../../core/follow';
import { flag, list, required } from '../../core/options';
import { estimates, previewReport, speedsOf } from '../../output/preview';
import { EXIT } from '../../../schemas/constants';

export const transferPreview = createCommand({
  path: ['transfer', 'preview'],
  summary: 'Show what a run would do, without moving a row',
  details:
    'Plans the set against both databases: tables in load order, rows that the filters leave, sizes, time, and how each table is published and why.',
  args: { set: required('SET', 'transfer set of the configuration') },
  options: {
    table: list('TABLE', 'only this table of the set; may be repeated', 't'),
    sql: flag('also the statements that will run'),
  },
  examples: [
    ['transfer preview sales-daily', 'tables, rows, bytes, time'],
    ['transfer preview sales-daily --sql --table public.orders', 'the SQL of one table'],
  ],
  run: (context, { args, options }) => preview(context, { set: args.set, tables: options.table, sql: options.sql }),
});

/** A dry run, waited for, and its plan. Resolves with the exit code. */
export async function preview(
  context: CommandContext,
  { set, tables, sql }: { set: string; tables: string[]; sql: boolean },
): Promise<number> {
  const configuration = await configurationOf(context);
  const client = await context.connect();
  const { runId } = await client.transfers.run({
    configuration,
    set,
    tables,
    dryRun: true,
    triggeredBy: context.user(),
  });
  const last = await follow(context, client, runId, { planOnly: true });
  if (!last) return EXIT.cancelled;
  const details = await client.runs.show(runId);
  const { error, status } = details.run;
  if (error) throw new LongshoreError(error.code, error.message, error.place, { next: error.next });
  const figures = estimates(details.tables, speedsOf(await pastTables(client, set)));
  context.result({ ...details, estimates: figures }, () =>
    previewReport(details, figures, { colours: context.colours, width: context.width, sql }),
  );
  return exitOfRun(status);
}

/** Tables of the set's last runs, the newest run first. */
async function pastTables(client: LongshoreClient, set: string): Promise<RunTableRecord[]> {
  const runs = (await client.catalog.runs.list({ kind: 'transfer', name: set, limit: 20 }))
    .filter(({ dryRun, finishedAt }) => !dryRun && finishedAt)
    .slice(0, 5);
  return (await Promise.all(runs.map(({ runId }) => client.catalog.tables.list(runId)))).flat();
}
