/** Every workflow of Longshore: the root of the workflow bundle. */
export { dropFile } from './drop-file/workflow';
export { dropFolder } from './drop-folder/workflow';
export { dropTask } from './drop-task/workflow';
export { monthBatch } from './month-batch/workflow';
export { monthLoad } from './month-load/workflow';
export { monthTask } from './month-task/workflow';
export { transferSet } from './transfer-set/workflow';
export { transferTable } from './transfer-table/workflow';
