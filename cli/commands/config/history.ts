import { diffDocuments } from '../../../config/diff';
import { changesOfSet } from '../../../config/history';
import { createCommand } from '../../core/create-command';
import { integer, text } from '../../core/options';
import { moment } from '../../output/format';
import { formatTable } from '../../output/table';

/** Versions looked at for the changes of one set. */
const REACH = 1000;

export const configHistory = createCommand({
  path: ['config', 'history'],
  summary: 'List the versions of the configuration, the newest first: who, when, why, and what each changed',
  details:
    'With --set only versions that changed the transfer set, or an environment that it uses. `config diff` shows values.',
  args: {},
  options: {
    set: text('SET', 'only what touches this transfer set', 's'),
    limit: integer('N', 20, 'how many at most'),
  },
  examples: [
    ['config history', 'who changed the configuration, and when'],
    ['config history --set sales-daily', 'how one set came to be what it is'],
  ],
  async run(context, { options }) {
    const configurations = await context.configurations();
    const { set, limit } = options;
    // One more than is shown, for the oldest to be compared with.
    const found = await configurations.list(set === undefined ? limit + 1 : REACH);
    const versions = found
      .map((version, index) => {
        const before = found[index + 1];
        const all = before ? diffDocuments(before.document, version.document) : [];
        const isFirst = version.version === 1;
        if (set === undefined) return { ...version, changes: all, isShown: true };
        const documents = [...(before ? [before.document] : []), version.document];
        const changes = changesOfSet(isFirst ? diffDocuments({}, version.document) : all, set, documents);
        return { ...version, changes: isFirst ? [] : changes, isShown: changes.length > 0 };
      })
      .filter(({ isShown }) => isShown)
      .slice(0, limit);
    const columns = [
      { title: 'VERSION', align: 'right' },
      { title: 'STORED' },
      { title: 'BY', flexible: true },
      { title: 'HOW' },
      { title: 'FROM', flexible: true },
      { title: 'WHY', flexible: true },
      { title: 'HASH' },
      { title: 'CHANGED', flexible: true },
    ] as const;
    const rows = versions.map(({ version, createdAt, createdBy, origin, source, reason, hash, changes }) => [
      String(version),
      moment(createdAt),
      createdBy,
      origin ?? '',
      source,
      reason ?? '',
      hash.slice(0, 12),
      changes.map(({ path }) => path).join(', '),
    ]);
    const data = versions.map(({ document: _document, isShown: _isShown, ...version }) => version);
    context.result(data, () =>
      rows.length === 0
        ? set === undefined
          ? 'The catalog has no configuration yet.'
          : `No version of the catalog says anything of ${set}.`
        : formatTable(columns, rows, { width: context.width, paintTitle: context.colours.dim }),
    );
  },
});
