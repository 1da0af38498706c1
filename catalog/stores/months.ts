import type { MonthStore } from '../month';
import { monthBatchStore } from './month-batches';
import { monthDeletionStore } from './month-deletions';
import { monthEventStore } from './month-events';
import { monthFileStore } from './month-files';
import { monthQualityStore } from './month-quality';
import type { StoreContext } from './store';

/** What is known of month batches, in Postgres. */
export const monthStore = (context: StoreContext): MonthStore => ({
  ...monthBatchStore(context),
  ...monthFileStore(context),
  ...monthQualityStore(context),
  ...monthDeletionStore(context),
  ...monthEventStore(context),
});
