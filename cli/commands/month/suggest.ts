import { resolve } from 'node:path';
import { effectiveBatch, requireBatch, wholeBatches } from '../../../core/month/effective-batch';
import { lookOf, suggestDefinitions, type Suggestion } from '../../../core/month/suggest';
import { sampleFile } from '../../../storage/month/sample-file';
import { loadedConfig } from '../../core/configuration';
import { createCommand } from '../../core/create-command';
import type { CommandContext } from '../../core/context';
import { optional, required } from '../../core/options';
import { printable } from '../../output/text';

export const monthSuggest = createCommand({
  path: ['month', 'suggest'],
  summary: 'Say which definition a file belongs to, or is most like, and why',
  details:
    'Compares the name of the file with the patterns of every definition, and the columns and the delimiter of its first 4 MiB with what each ' +
    'expects. Where none is like it, `month generate` makes one. Needs no server.',
  args: { file: required('FILE', 'the file'), batch: optional('BATCH', 'only definitions of this batch') },
  options: {},
  examples: [
    ['month suggest trades_20240101-20240131.tsv', 'among all batches'],
    ['month suggest new.tsv trades --json', 'among the definitions of one, for a script'],
  ],
  async run(context, { args }) {
    const { config } = await loadedConfig(context);
    if (args.batch !== undefined) requireBatch(config, args.batch);
    const batches = args.batch === undefined ? wholeBatches(config) : [effectiveBatch(config, args.batch)];
    const file = await sampleFile(resolve(context.io.cwd, args.file));
    const suggestions = suggestDefinitions(batches, lookOf(file));
    context.result({ file: args.file, columns: file.names, suggestions }, () =>
      suggestions.length === 0 ? nothing(args.file, context) : render(suggestions, args.file, context),
    );
  },
});

const nothing = (file: string, { colours }: CommandContext): string =>
  [
    `No definition is like ${printable(file)}.`,
    colours.dim(`Make one: longshore month generate ${printable(file)}`),
  ].join('\n');

function render(suggestions: readonly Suggestion[], file: string, { colours }: CommandContext): string {
  const [first] = suggestions;
  const blocks = suggestions.map(({ batch, definition, score, fits, reasons }) => {
    const mark = fits ? colours.green('✓') : colours.yellow('~');
    const head = `${mark} ${batch}.${definition} ${colours.dim(fits ? `fits (${score} of 100)` : `${score} of 100`)}`;
    return [head, ...reasons.map((reason) => `    ${printable(reason)}`)].join('\n');
  });
  const next = first?.fits
    ? []
    : [colours.dim(`None takes it as it is. Make a definition: longshore month generate ${printable(file)}`)];
  return [...blocks, ...next].join('\n');
}
