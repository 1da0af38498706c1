import type { Migration } from 'kysely';
import * as foundations from './001-foundations';

/** Every migration by its name, in order. A name is never changed and a migration never edited once released. */
export const MIGRATIONS: Record<string, Migration> = {
  '001-foundations': foundations,
};
