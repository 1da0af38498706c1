import { diffDocuments } from '../../../config/diff';
import { createCommand } from '../../core/create-command';
import { integer } from '../../core/options';
import { moment } from '../../output/format';
import { formatTable } from '../../output/table';

export const configHistory = createCommand({
  path: ['config', 'history'],
  summary: 'List the versions of the configuration, the newest first, and what each changed',
  args: {},
  options: { limit: integer('N', 20, 'how many at most') },
  examples: [['config history', 'who changed the configuration, and when']],
  async run(context, { options }) {
    const client = await context.connect();
    // One more than is shown, for the oldest to be compared with.
    const found = await client.catalog.configurations.list(options.limit + 1);
    const versions = found.slice(0, options.limit).map((version, index) => {
      const before = found[index + 1];
      return { ...version, changes: before ? diffDocuments(before.document, version.document) : [] };
    });
    const columns = [
      { title: 'VERSION', align: 'right' },
      { title: 'STORED' },
      { title: 'BY', flexible: true },
      { title: 'FILE', flexible: true },
      { title: 'HASH' },
      { title: 'CHANGED', flexible: true },
    ] as const;
    const rows = versions.map(({ version, createdAt, createdBy, source, hash, changes }) => [
      String(version),
      moment(createdAt),
      createdBy,
      source,
      hash.slice(0, 12),
      changes.map(({ path }) => path).join(', '),
    ]);
    const data = versions.map(({ version, hash, source, createdBy, createdAt, changes }) => ({
      version,
      hash,
      source,
      createdBy,
      createdAt,
      changes,
    }));
    context.result(data, () =>
      rows.length === 0
        ? 'The catalog has no configuration yet.'
        : formatTable(columns, rows, { width: context.width, paintTitle: context.colours.dim }),
    );
  },
});
