import type { Command } from '../core/create-command';
import { configCheck } from './config/check';
import { configDiff } from './config/diff';
import { configExport } from './config/export';
import { configHistory } from './config/history';
import { configImport } from './config/import';
import { configPromote } from './config/promote';
import { configPull } from './config/pull';
import { configRollback } from './config/rollback';
import { configSchemaCommand } from './config/schema';
import { fileCheck } from './file/check';
import { fileCompare } from './file/compare';
import { fileConvert } from './file/convert';
import { fileDetect } from './file/detect';
import { dropCancel } from './drop/cancel';
import { dropCheckConfig } from './drop/check-config';
import { dropCleanUp } from './drop/clean-up';
import { dropErrors } from './drop/errors';
import { dropFiles } from './drop/files';
import { dropHealth } from './drop/health';
import { dropPause } from './drop/pause';
import { dropPerformance } from './drop/performance';
import { dropProcess } from './drop/process';
import { dropResume } from './drop/resume';
import { dropRetry } from './drop/retry';
import { dropScan } from './drop/scan';
import { dropStatus } from './drop/status';
import { dropStop } from './drop/stop';
import { dropTable } from './drop/table';
import { dropWatch } from './drop/watch';
import { notifyList } from './notify/list';
import { notifyTest } from './notify/test';
import { runAgain } from './run/again';
import { runCancel } from './run/cancel';
import { runList } from './run/list';
import { runPause } from './run/pause';
import { runReportCommand } from './run/report';
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
  config: 'The configuration: check, exchange, promote, versions',
  transfer: 'Transfer sets: preview, run, schedule',
  file: 'Delimited files on this machine: recognise, check, compare, convert; without a server',
  drop: 'Drop folders: watch, look, retry, check',
  notify: 'Messages to people: who is told of what, and a test',
  run: 'Runs: list, show, report, watch, pause, resume, cancel, again',
};

/** Every command, in the order of help and reference. */
export const COMMANDS: readonly Command[] = [
  up,
  worker,
  configCheck,
  configSchemaCommand,
  configExport,
  configImport,
  configPull,
  configPromote,
  configHistory,
  configDiff,
  configRollback,
  transferList,
  transferPreview,
  transferRun,
  transferSchedule,
  transferSchedules,
  dropWatch,
  dropStatus,
  dropFiles,
  dropErrors,
  dropPerformance,
  dropRetry,
  dropProcess,
  dropScan,
  dropPause,
  dropResume,
  dropCancel,
  dropStop,
  dropHealth,
  dropTable,
  dropCheckConfig,
  dropCleanUp,
  runList,
  runShow,
  runReportCommand,
  runWatch,
  runPause,
  runResume,
  runCancel,
  runAgain,
  fileDetect,
  fileCheck,
  fileCompare,
  fileConvert,
  notifyList,
  notifyTest,
];
