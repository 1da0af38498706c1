/** Task queues, named after what is done on them. Wire format: clients, schedules and workers must agree. */

/** Workflows, and activities that are quick or wait for a database to do the work. */
export const TRANSFER_QUEUE = 'longshore-transfers';

/**
 * Reading and loading of parts for workflows of `taskQueue`: a queue of its own, whose workers take as many parts at
 * once as they have threads. `longshore-transfers` → `longshore-parts`.
 */
export const partsQueue = (taskQueue: string): string => taskQueue.replace(/transfers$/, 'parts');
