import { LongshoreError } from '../../../core/errors/longshore-error';
import { parseMonth } from '../../../core/month/months';
import { compareResults } from '../../../core/quality/compare-results';
import { createCommand } from '../../core/create-command';
import { flag, integer, optional, text } from '../../core/options';
import { comparisonText, qualityListText } from '../../output/month-quality';
import { renderQuality } from '../../output/quality-text';

export const monthQuality = createCommand({
  path: ['month', 'quality'],
  summary: 'Show results of checks: the latest, the history, or two compared',
  details: 'Results are kept in full: every missing day, every anomaly, and examples of each fault with their lines.',
  args: { batch: optional('BATCH', 'only of this batch') },
  options: {
    month: text('MONTH', 'only of this month'),
    table: text('TABLE', 'only of this table'),
    id: integer('ID', 0, 'this result in full'),
    history: flag('a line for each result instead of the latest in full'),
    compare: flag('the latest two results of the same table: what changed'),
    limit: integer('N', 20, 'how many at most'),
  },
  examples: [
    ['month quality trades --month 2024-01', 'the latest result in full'],
    ['month quality trades --history', 'scores and verdicts over time'],
    ['month quality trades --table TRADES --compare', 'what changed between the last two'],
  ],
  async run(context, { args: { batch }, options: { month, table, id, history, compare, limit } }) {
    const client = await context.connect();
    const layout = { colours: context.colours, width: context.width };
    const records =
      id > 0
        ? [await client.months.quality(id)].flatMap((record) => record ?? [])
        : await client.months.qualityHistory({
            limit: history ? limit : compare ? 100 : 1,
            ...(batch !== undefined && { batch }),
            ...(table !== undefined && { table }),
            ...(month !== undefined && { month: parseMonth(month) }),
          });
    const [newest] = records;
    if (!newest)
      throw new LongshoreError(
        'USAGE',
        'There is no such result.',
        {},
        { next: 'Check a month with `longshore month check BATCH --month 2024-01`.' },
      );
    if (history) return context.result(records, () => qualityListText(records, layout));
    if (compare) {
      const older = records.slice(1).find((record) => record.table === newest.table);
      if (!older)
        throw new LongshoreError('USAGE', `There is one result of ${newest.table} only, so nothing can be compared.`);
      const compared = compareResults(older.result, newest.result);
      return context.result({ older, newest, compared }, () => comparisonText(older, newest, compared, layout));
    }
    return context.result(newest, () => renderQuality(newest.result, layout));
  },
});
