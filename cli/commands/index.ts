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
import { monthBatches } from './month/batches';
import { monthCheck } from './month/check';
import { monthCleanFile } from './month/clean-file';
import { monthDelete } from './month/delete';
import { monthDeletions } from './month/deletions';
import { monthDiagnose } from './month/diagnose';
import { monthLoad } from './month/load';
import { monthPreview } from './month/preview';
import { monthQuality } from './month/quality';
import { monthReport } from './month/report';
import { monthRestore } from './month/restore';
import { monthResume } from './month/resume';
import { monthStage } from './month/stage';
import { monthStageClean } from './month/stage-clean';
import { monthWiden } from './month/widen';
import { monthGenerate } from './month/generate';
import { monthList } from './month/list';
import { monthMigrate } from './month/migrate';
import { monthSuggest } from './month/suggest';
import { notifyList } from './notify/list';
import { notifyTest } from './notify/test';
import { runAgain } from './run/again';
import { runCancel } from './run/cancel';
import { runClean } from './run/clean';
import { runLog } from './run/log';
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
  month: 'Month batches: define, check, load, delete, report',
  run: 'Runs: list, show, report, watch, log, pause, resume, cancel, again, clean',
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
  monthList,
  monthPreview,
  monthCheck,
  monthLoad,
  monthResume,
  monthBatches,
  monthQuality,
  monthReport,
  monthDelete,
  monthDeletions,
  monthRestore,
  monthWiden,
  monthCleanFile,
  monthStage,
  monthStageClean,
  monthDiagnose,
  monthSuggest,
  monthGenerate,
  monthMigrate,
  runList,
  runShow,
  runReportCommand,
  runWatch,
  runPause,
  runResume,
  runCancel,
  runAgain,
  runLog,
  runClean,
  fileDetect,
  fileCheck,
  fileCompare,
  fileConvert,
  notifyList,
  notifyTest,
];
