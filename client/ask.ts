import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import type { ClientContext } from './context';

export interface Asked {
  /** Workflow id. */
  runId: string;
  /** For the audit: `run.pause`. */
  action: string;
  by: string;
  reason?: string;
  /** What else the audit keeps. */
  details?: Record<string, string>;
}

/**
 * Asks something of a workflow, written down before it is done, so that nothing is ever done unrecorded. False when the
 * workflow has ended meanwhile.
 */
export async function ask(
  { catalog, temporal }: ClientContext,
  { runId, action, by, reason, details }: Asked,
  send: (workflow: WorkflowHandle) => Promise<unknown>,
): Promise<boolean> {
  await catalog.audit.record({
    id: randomUUID(),
    actor: by,
    action,
    subject: runId,
    details: { ...details, reason: reason ?? null },
  });
  try {
    await temporal.call(() => send(temporal.client.workflow.getHandle(runId)));
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
