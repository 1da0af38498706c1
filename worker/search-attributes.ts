import type { Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import {
  KIND_ATTRIBUTE,
  NAME_ATTRIBUTE,
  OUTCOME_ATTRIBUTE,
  TARGET_ATTRIBUTE,
  TRIGGERED_BY_ATTRIBUTE,
} from '../workflows/search-attributes';

/** temporal.api.enums.v1.IndexedValueType of a keyword. */
const KEYWORD = 2;

/**
 * Registers the search attributes that the namespace lacks. A server that does not allow it (Temporal Cloud, a restricted
 * role) keeps its own list: the log says what to register there.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string, log: Logger): Promise<void> {
  const wanted = [KIND_ATTRIBUTE, NAME_ATTRIBUTE, TARGET_ATTRIBUTE, OUTCOME_ATTRIBUTE, TRIGGERED_BY_ATTRIBUTE].map(
    ({ name }) => name,
  );
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = wanted.filter((name) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    log.warn({ err: error }, `could not register search attributes; register these as Keyword: ${wanted.join(', ')}`);
  }
}
