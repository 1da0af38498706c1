/** What `month check` and `month load` are asked, from options and, where somebody is there, by asking. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BatchRequest, ConfigurationInput } from '../../client';
import { LongshoreError } from '../../core/errors/longshore-error';
import { requireBatch } from '../../core/month/effective-batch';
import { parseMonths } from '../../core/month/months';
import type { Month, MonthAction } from '../../core/types/month';
import { QUALITY_MODES, type QualityMode } from '../../core/types/quality';
import { configurationOf, loadedConfig } from './configuration';
import type { CommandContext } from './context';
import { choice, integer, list, text } from './options';

/** Options that `month check` and `month load` share. */
export const MONTH_OPTIONS = {
  month: list(
    'MONTH',
    'only these months: 2024-01, 012024, 2024-01..2024-03, last-month; may be repeated (default: all there are files of)',
    'm',
  ),
  table: list('TABLE', 'only this table of the batch; may be repeated', 't'),
  files: list('FILE', 'only this file, by its path; may be repeated', 'f'),
  basePath: text('FOLDER', 'folder of the files, instead of the configured one'),
  parallel: integer('N', 0, 'months in work at once (default: as configured)'),
  reason: text('TEXT', 'why, for the audit'),
} as const;

export const QC_OPTION = choice(
  QUALITY_MODES,
  'where quality is checked: in the file before anything is copied, in the warehouse on staged rows, or not at all (a load asks when it is left out; `file` where nobody can be asked, and for `month check`)',
);

interface MonthOptions {
  month: string[];
  table: string[];
  files: string[];
  basePath?: string;
  parallel: number;
  reason?: string;
}

/** Paths become absolute here: the worker has another folder. Throws MONTH_INVALID, FILE_NOT_FOUND, CONFIG_UNKNOWN_NAME. */
export async function batchRequest(
  context: CommandContext,
  batch: string,
  action: MonthAction,
  options: MonthOptions,
  quality: QualityMode,
): Promise<BatchRequest> {
  const { cwd } = context.io;
  const files = options.files.map((file) => resolve(cwd, file));
  return {
    configuration: await configurationOf(context),
    batch,
    action,
    months: monthsOf(context, options.month),
    quality,
    by: context.user(),
    ...(options.table.length > 0 && { tables: options.table }),
    ...(files.length > 0 && { files }),
    ...(options.basePath !== undefined && { basePath: resolve(cwd, options.basePath) }),
    ...(options.parallel > 0 && { parallel: options.parallel }),
    ...(options.reason !== undefined && { reason: options.reason }),
  };
}

/** Throws MONTH_INVALID with what it may have been meant to be. */
export function monthsOf(context: CommandContext, texts: readonly string[]): Month[] {
  if (texts.length === 0) return [];
  const months = parseMonths(texts, Math.floor(context.io.now() / MS_PER_DAY));
  // A variable that was not set must not become all months.
  if (months.length > 0) return months;
  throw new LongshoreError(
    'MONTH_INVALID',
    '`--month` was given, and names no month.',
    {},
    { next: 'Leave it out for all months that there are files of.' },
  );
}

const MS_PER_DAY = 86_400_000;

/** As given, else as configured, else as answered, else `file`. */
export async function qualityMode(
  context: CommandContext,
  batch: string,
  given: QualityMode | undefined,
): Promise<QualityMode> {
  if (given) return given;
  const { config } = await loadedConfig(context);
  const configured = configuredMode(config, batch);
  if (configured) return configured;
  const { io, global } = context;
  if (!io.canAsk || !io.ask || global.json || global.quiet) return 'file';
  io.err(
    'How is quality to be checked?\n' +
      '  1  file       while the file is read, before anything is copied (default)\n' +
      '  2  warehouse  the same checks as SQL on the staged rows\n' +
      '  3  none       not at all; rows are counted all the same\n',
  );
  for (;;) {
    const answer = (await io.ask('[1] ')).trim().toLowerCase();
    const mode = ANSWERS[answer];
    if (mode) return mode;
    io.err(`Answer 1, 2 or 3; ${answer} is none of these.\n`);
  }
}

const ANSWERS: Record<string, QualityMode> = {
  '': 'file',
  '1': 'file',
  file: 'file',
  '2': 'warehouse',
  warehouse: 'warehouse',
  '3': 'none',
  none: 'none',
};

type Config = Awaited<ReturnType<typeof loadedConfig>>['config'];

function configuredMode(config: Config, name: string): QualityMode | undefined {
  for (let batch = requireBatch(config, name), depth = 0; depth < 100; depth++) {
    if (batch.quality?.mode) return batch.quality.mode;
    if (batch.extends === undefined) return undefined;
    batch = requireBatch(config, batch.extends);
  }
  return undefined;
}

/** A file on this machine, absolute. Throws FILE_NOT_FOUND. */
export function existingFile(context: CommandContext, file: string): string {
  const path = resolve(context.io.cwd, file);
  if (existsSync(path)) return path;
  throw new LongshoreError('FILE_NOT_FOUND', `There is no file ${file}.`, { file: path });
}

export const taskRequest = async (
  context: CommandContext,
  reason?: string,
): Promise<{ configuration: ConfigurationInput; by: string; reason?: string }> => ({
  configuration: await configurationOf(context),
  by: context.user(),
  ...(reason !== undefined && { reason }),
});
