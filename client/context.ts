import type { Catalog } from '../catalog';
import type { TemporalAccess } from './connection';

/** What every part of the client works with. */
export interface ClientContext {
  readonly temporal: TemporalAccess;
  readonly catalog: Catalog;
}
