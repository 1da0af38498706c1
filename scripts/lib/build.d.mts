export function ensureBuilt(): Promise<void>;
export function ensureBundle(): Promise<void>;
export const workflowBundle: string;
