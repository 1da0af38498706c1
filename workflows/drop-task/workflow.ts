import { executeChild, workflowInfo } from '@temporalio/workflow';
import { dropControl } from '../drop-proxies';
import type { dropFile } from '../drop-file/workflow';
import { errorReport, failureOf } from '../errors';
import type { DropTaskInput, DropTaskResult } from './messages';

/** Does one thing that was asked of a folder, and answers. */
export async function dropTask({ folder, configVersion, task }: DropTaskInput): Promise<DropTaskResult> {
  const ref = { folder, configVersion };
  try {
    if (task.kind !== 'process')
      return await dropControl.runDropTask.executeWithOptions({ summary: `${task.kind} of ${folder}` }, [
        { ...ref, task },
      ]);
    const { fileId, path, size, workflowId, parallel, timeoutMs } = await dropControl.acceptFile.executeWithOptions(
      { summary: `take ${task.path}` },
      [{ ...ref, task, requestId: workflowInfo().workflowId }],
    );
    const outcome = await executeChild<typeof dropFile>('dropFile', {
      workflowId,
      args: [{ fileId, folder, configVersion, path, size, parallel, timeoutMs }],
      staticSummary: `${path} of ${folder}`,
    });
    return { kind: 'process', outcome };
  } catch (thrown) {
    throw failureOf(errorReport(thrown));
  }
}
