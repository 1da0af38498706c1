export type * from './catalog';
export { canonicalJson, documentHash } from './canonical';
export { openCatalog, type CatalogOptions } from './open-catalog';
