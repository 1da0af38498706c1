/** Every workflow of Longshore: the root of the workflow bundle. */
export { transferSet } from './transfer-set/workflow';
export { transferTable } from './transfer-table/workflow';
