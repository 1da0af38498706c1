import { effectiveBatch, requireBatch } from '../../../core/month/effective-batch';
import type { MonthBatch } from '../../../core/types/month-batch';
import type { MonthTable } from '../../../core/types/month';
import { loadedConfig } from '../../core/configuration';
import { createCommand } from '../../core/create-command';
import type { CommandContext } from '../../core/context';
import { optional } from '../../core/options';
import { plural } from '../../output/format';
import { formatTable } from '../../output/table';
import { printable } from '../../output/text';

export const monthList = createCommand({
  path: ['month', 'list'],
  summary: 'List the month batches of the configuration, or the definitions of one',
  details:
    'With templates, inheritance and defaults filled in. Batches that only others build on are left out. Needs no server.',
  args: { batch: optional('BATCH', 'only this one, with its columns and keys') },
  options: {},
  examples: [
    ['month list', 'batches, their tables, and the names of their files'],
    ['month list trades --json', 'everything about one, defaults included'],
  ],
  async run(context, { args }) {
    const { config } = await loadedConfig(context);
    if (args.batch !== undefined) {
      requireBatch(config, args.batch);
      const batch = effectiveBatch(config, args.batch);
      context.result(batch, () => describeBatch(batch, context));
      return;
    }
    const bases = new Set(Object.values(config.monthBatches).map((batch) => batch.extends));
    const isRun = (name: string): boolean => !bases.has(name) || config.monthBatches[name]?.to !== undefined;
    const batches = Object.keys(config.monthBatches)
      .filter(isRun)
      .map((name) => effectiveBatch(config, name));
    context.result(batches, () =>
      batches.length === 0 ? 'The configuration defines no month batch.' : listBatches(batches, context),
    );
  },
});

const COLUMNS = [
  { title: 'BATCH' },
  { title: 'TO' },
  { title: 'DEFINITION' },
  { title: 'TABLE' },
  { title: 'FILES', flexible: true },
] as const;

function listBatches(batches: readonly MonthBatch[], context: CommandContext): string {
  const rows = batches.flatMap(({ name, to, tables }) =>
    tables.map((table, index) => [
      index === 0 ? name : '',
      index === 0 ? to : '',
      table.name,
      targetOf(table),
      table.files.join(' '),
    ]),
  );
  return formatTable(COLUMNS, rows, { width: context.width, paintTitle: context.colours.dim });
}

function describeBatch(batch: MonthBatch, context: CommandContext): string {
  const { dim } = context.colours;
  const line = (label: string, text: string): string => `  ${dim(label.padEnd(10))} ${printable(text)}`;
  const head = [
    `${batch.name} ${dim('into')} ${batch.to}${batch.description === undefined ? '' : ` ${dim('·')} ${printable(batch.description)}`}`,
    line('folder', batch.basePath ?? 'none: files must be named'),
    line(
      'at once',
      `${plural(batch.parallel.months, 'month')}, ${plural(batch.parallel.files, 'file')} of each, ${plural(batch.parallel.uploads, 'upload')}`,
    ),
  ];
  const tables = batch.tables.map((table) =>
    [
      `${table.name} ${dim('→')} ${targetOf(table)}`,
      line('files', table.files.join('  ')),
      line('columns', table.columns?.join(', ') ?? 'those of the header'),
      line('date', table.dateColumn ?? 'none: days are not checked'),
      line('keys', table.keyColumns.length > 0 ? table.keyColumns.join(', ') : 'none: duplicates are not looked for'),
      line('expected', expectedOf(table)),
      line('load', table.load),
    ].join('\n'),
  );
  return [head.join('\n'), ...tables].join('\n\n');
}

const targetOf = ({ schema, table }: MonthTable): string => (schema === undefined ? table : `${schema}.${table}`);

function expectedOf({ expectedRange }: MonthTable): string {
  if (typeof expectedRange === 'object') return `${expectedRange.from} to ${expectedRange.to}`;
  const words = { month: 'every day of the month', file: 'the days in the name of the file', none: 'any days' };
  return words[expectedRange];
}
