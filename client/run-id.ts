/** Ids of runs: they are Temporal workflow ids, and read as a page of the Web UI. */

/**
 * The ids a run may get, best first: `transfer/SET/2026-11-20T05:00Z` to the minute; with seconds, then milliseconds,
 * when another run of that minute has it.
 */
export const transferRunIds = (set: string, at: Date): string[] => idsAt(`transfer/${set}`, at);

/** The same for a batch: `month/BATCH/2026-11-20T05:00Z`. */
export const monthRunIds = (batch: string, at: Date): string[] => idsAt(`month/${batch}`, at);

/** Id of something asked of a batch. `unique` tells it from others of its kind. */
export const monthTaskId = (batch: string, kind: string, unique: string): string =>
  `month-task/${batch}/${kind}/${unique}`;

function idsAt(base: string, at: Date): string[] {
  const iso = at.toISOString();
  return [`${base}/${iso.slice(0, 16)}Z`, `${base}/${iso.slice(0, 19)}Z`, `${base}/${iso}`];
}

/** Temporal appends the scheduled time: `transfer/SET/scheduled-2026-11-20T05:00:00Z`. */
export const scheduledRunId = (set: string): string => `transfer/${set}/scheduled`;

/** Id of a set's Temporal Schedule. */
export const scheduleId = (set: string): string => `transfer/${set}`;

/** Id of something asked of a drop folder. `unique` tells it from others of its kind. */
export const dropTaskId = (folder: string, kind: string, unique: string): string =>
  `drop-task/${folder}/${kind}/${unique}`;

/** The folder that a run watches; undefined for runs of another kind, and for a file of a folder. */
export const folderOfRun = (runId: string): string | undefined => /^drop\/([^/]+)$/.exec(runId)?.[1];

/** What a user may write for a run: its whole id, or the id without `transfer/` or `month/`. */
export const runIdCandidates = (text: string): string[] =>
  /^(transfer|drop|month|month-task)\//.test(text) ? [text] : [text, `transfer/${text}`, `month/${text}`];

/** Whether a run is a batch of months, and not something asked of one. */
export const isBatchRun = (runId: string): boolean => runId.startsWith('month/');

/** Whether a run is something that was asked of a batch. */
export const isMonthTask = (runId: string): boolean => runId.startsWith('month-task/');
