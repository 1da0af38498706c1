import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { writeAtomically } from '../../../config/file-edit';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { LongshoreClient } from '../../../client';
import { batchHtml } from '../../../report/batch-html';
import { batchOutcomeOf } from '../../core/batch-outcome';
import { coloursFor } from '../../core/colours';
import type { CommandContext } from '../../core/context';
import { createCommand } from '../../core/create-command';
import { choice, flag, required, text } from '../../core/options';
import { readVersion } from '../../core/version';
import { monthSummaryText } from '../../output/month-summary';
import { reportDocument, type RunReportDocument } from '../../output/report-document';
import { reportHtml } from '../../output/report-html';
import { reportMarkdown } from '../../output/report-markdown';
import { reportText } from '../../output/report-text';

const FORMATS = ['text', 'json', 'html', 'markdown'] as const;
type Format = (typeof FORMATS)[number];

const BY_ENDING: Record<string, Format> = { '.json': 'json', '.html': 'html', '.htm': 'html', '.md': 'markdown' };

export const runReportCommand = createCommand({
  path: ['run', 'report'],
  summary: 'Write the report of a run: what it moved, how it was proven, what went wrong',
  details:
    'Who started it, when and why; rows, bytes, speed and time of every table; how it was published and how long readers waited; figures of both sides ' +
    'column by column, masks, foreign keys, fingerprint; warnings, messages, and errors with what to do next. An HTML report is one page without scripts.',
  args: { run: required('RUN', 'id of the run, with or without `transfer/`; a set: its latest run; or a drop folder') },
  options: {
    format: choice(FORMATS, 'how it is written (default: by the name of the file, else text)'),
    output: text('FILE', 'write to a file', 'o'),
    replace: flag('overwrite the file'),
  },
  examples: [
    ['run report sales-daily', 'the latest run of a set, to read'],
    ['run report sales-daily/2026-11-20T05:00Z --output run.html', 'one run, to pass on'],
    ['run report sales-daily --json', 'the same for a script'],
  ],
  async run(context, { args, options }) {
    const file = options.output === undefined ? undefined : resolve(context.io.cwd, options.output);
    if (file !== undefined && existsSync(file) && !options.replace)
      throw new LongshoreError(
        'USAGE',
        `${options.output} is there already.`,
        { file },
        { next: 'Choose another name, or overwrite it with --replace.' },
      );
    const format = options.format ?? formatOf(options.output, context.global.json);
    const client = await context.connect();
    const details = await client.runs.show(args.run);
    if (details.run.kind === 'month') return monthRun(context, client, details.run.runId, { file, format });
    if (details.run.kind === 'drop')
      throw new LongshoreError(
        'USAGE',
        `${details.run.runId} belongs to a drop folder, which has no report: it goes on.`,
        {},
        { next: `See \`longshore drop status ${details.run.name}\` and \`longshore drop files ${details.run.name}\`.` },
      );
    const report = reportDocument(details, { version: readVersion(), now: new Date(context.io.now()) });
    if (file === undefined) {
      context.io.out(render(report, format, { colours: context.colours, width: context.width }));
      return undefined;
    }
    const plain = coloursFor({ env: {}, outIsTerminal: false }, false);
    writeAtomically(file, render(report, format, { colours: plain }));
    context.note(`The report of ${report.run.id} is in ${file}.`);
    if (context.global.json) context.result({ run: report.run.id, file, format }, () => '');
    return undefined;
  },
});

/** The summary of a batch: months, files, results of checks, errors with what to do next. */
async function monthRun(
  context: CommandContext,
  client: LongshoreClient,
  runId: string,
  { file, format }: { file: string | undefined; format: Format },
): Promise<undefined> {
  const outcome = await batchOutcomeOf(client, runId);
  if (!outcome)
    throw new LongshoreError(
      'USAGE',
      `${runId} has no files to report on.`,
      {},
      { next: `See \`longshore run show ${runId}\`, and its log: \`longshore run log ${runId}\`.` },
    );
  if (format === 'markdown')
    throw new LongshoreError(
      'USAGE',
      'The report of a month batch is text, JSON or HTML.',
      {},
      { next: 'Choose another --format.' },
    );
  const now = new Date(context.io.now());
  const written = (colours: CommandContext['colours'], width?: number): string =>
    format === 'json'
      ? `${JSON.stringify(outcome, null, 2)}\n`
      : format === 'html'
        ? batchHtml(outcome, now)
        : `${monthSummaryText(outcome, { colours, now, ...(width !== undefined && { width }) })}\n`;
  if (file === undefined) {
    context.io.out(written(context.colours, context.width));
    return undefined;
  }
  writeAtomically(file, written(coloursFor({ env: {}, outIsTerminal: false }, false)));
  context.note(`The report of ${runId} is in ${file}.`);
  if (context.global.json) context.result({ run: runId, file, format }, () => '');
  return undefined;
}

function formatOf(name: string | undefined, json: boolean): Format {
  const known = name === undefined ? undefined : BY_ENDING[extname(name).toLowerCase()];
  return known ?? (json ? 'json' : 'text');
}

function render(report: RunReportDocument, format: Format, layout: Parameters<typeof reportText>[1]): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'html':
      return reportHtml(report);
    case 'markdown':
      return reportMarkdown(report);
    case 'text':
      return `${reportText(report, layout)}\n`;
  }
}
