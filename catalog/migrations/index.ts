import type { Migration } from 'kysely';
import * as foundations from './001-foundations';
import * as masksAndMessages from './002-masks-and-messages';
import * as configurationHistory from './003-configuration-history';
import * as dropFolders from './004-drop-folders';
import * as monthBatches from './005-month-batches';

/** Every migration by its name, in order. A name is never changed and a migration never edited once released. */
export const MIGRATIONS: Record<string, Migration> = {
  '001-foundations': foundations,
  '002-masks-and-messages': masksAndMessages,
  '003-configuration-history': configurationHistory,
  '004-drop-folders': dropFolders,
  '005-month-batches': monthBatches,
};
