export type * from './catalog';
export type * from './drop-files';
export type * from './month';
export { canonicalJson, documentHash } from './canonical';
export { openCatalog, type CatalogOptions } from './open-catalog';
