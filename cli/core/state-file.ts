/** What `longshore up` tells the other commands: where its servers listen. Holds a password, so only its owner reads it. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const stateSchema = z.object({
  temporalAddress: z.string(),
  namespace: z.string(),
  catalogUrl: z.string(),
  uiUrl: z.string().optional(),
  pid: z.number().int(),
});

export type UpState = z.infer<typeof stateSchema>;

/** Folder of everything that `up` keeps, beside the configuration file. */
export const homeFolder = (configPath: string): string => join(dirname(configPath), '.longshore');

const stateFile = (configPath: string): string => join(homeFolder(configPath), 'up.json');

/** Of a `longshore up` that is running; undefined when there is none. */
export function readState(configPath: string): UpState | undefined {
  let text: string;
  try {
    text = readFileSync(stateFile(configPath), 'utf8');
  } catch {
    return undefined;
  }
  try {
    const state = stateSchema.parse(JSON.parse(text));
    return isAlive(state.pid) ? state : undefined;
  } catch {
    return undefined;
  }
}

export function writeState(configPath: string, state: UpState): void {
  const file = stateFile(configPath);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  // The mode above counts for a new file only.
  chmodSync(file, 0o600);
}

export const removeState = (configPath: string): void => rmSync(stateFile(configPath), { force: true });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
