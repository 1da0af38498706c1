import type { Command } from '../core/create-command';
import { configCheck } from './config/check';
import { configExport } from './config/export';
import { configHistory } from './config/history';
import { configImport } from './config/import';
import { configSchemaCommand } from './config/schema';
import { runAgain } from './run/again';
import { runCancel } from './run/cancel';
import { runList } from './run/list';
import { runPause } from './run/pause';
import { runResume } from './run/resume';
import { runShow } from './run/show';
import { runWatch } from './run/watch';
import { transferList } from './transfer/list';
import { transferPreview } from './transfer/preview';
import { transferRun } from './transfer/run';
import { transferSchedule } from './transfer/schedule';
import { transferSchedules } from './transfer/schedules';
import { up } from './up';
import { worker } from './worker';

export const NOUNS: Readonly<Record<string, string>> = {
  config: 'The configuration: check, exchange, versions',
  transfer: 'Transfer sets: preview, run, schedule',
  run: 'Runs: list, show, watch, pause, resume, cancel, again',
};

/** Every command, in the order of help and reference. */
export const COMMANDS: readonly Command[] = [
  up,
  worker,
  configCheck,
  configSchemaCommand,
  configExport,
  configImport,
  configHistory,
  transferList,
  transferPreview,
  transferRun,
  transferSchedule,
  transferSchedules,
  runList,
  runShow,
  runWatch,
  runPause,
  runResume,
  runCancel,
  runAgain,
];
