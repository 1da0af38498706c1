import type { SearchAttributePair } from '@temporalio/common';
import type { RunKind } from '../schemas/constants';
import {
  KIND_ATTRIBUTE,
  NAME_ATTRIBUTE,
  OUTCOME_ATTRIBUTE,
  TARGET_ATTRIBUTE,
  TRIGGERED_BY_ATTRIBUTE,
} from '../workflows/search-attributes';
import type { TemporalAccess } from './connection';

/** temporal.api.enums.v1.IndexedValueType of a keyword. */
const KEYWORD = 2;

/** By which a run is found in Temporal; its outcome is added by the workflow. */
export function runAttributes(run: {
  kind?: RunKind;
  name: string;
  target: string;
  triggeredBy: string;
}): SearchAttributePair[] {
  return [
    { key: KIND_ATTRIBUTE, value: run.kind ?? 'transfer' },
    { key: NAME_ATTRIBUTE, value: run.name },
    { key: TARGET_ATTRIBUTE, value: run.target },
    { key: TRIGGERED_BY_ATTRIBUTE, value: run.triggeredBy },
  ];
}

/** Runs `start`; where the namespace does not know our search attributes yet, registers them and starts again. */
export async function withSearchAttributes<T>(access: TemporalAccess, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!mentionsAttributes(error)) throw error;
    await register(access);
  }
  // The server's cache of attributes may lag behind for a moment.
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt >= 20 || !mentionsAttributes(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function register({ connection, settings: { namespace }, call }: TemporalAccess): Promise<void> {
  const wanted = [KIND_ATTRIBUTE, NAME_ATTRIBUTE, TARGET_ATTRIBUTE, OUTCOME_ATTRIBUTE, TRIGGERED_BY_ATTRIBUTE].map(
    ({ name }) => name,
  );
  const { customAttributes } = await call(() => connection.operatorService.listSearchAttributes({ namespace }));
  const missing = wanted.filter((name) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  await call(() => connection.operatorService.addSearchAttributes({ namespace, searchAttributes }));
}

function mentionsAttributes(error: unknown): boolean {
  const texts = error instanceof Error ? [error.message, error.cause instanceof Error ? error.cause.message : ''] : [];
  return texts.some((text) => /search attribute/i.test(text));
}
