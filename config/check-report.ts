/** What the checks of the single sections share. */
import type { ErrorCode } from '../core/errors/catalogue';
import type { ConfigPath } from './path';

export interface CheckReport {
  problem(path: ConfigPath, message: string, code?: ErrorCode): void;
  /** With a code: a set that can never run as it stands, which is a problem where the caller is strict. */
  warning(path: ConfigPath, message: string, code?: ErrorCode): void;
}

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A map's entries; none for anything else. */
export const fields = (value: unknown): Fields => (isFields(value) ? value : {});

/** Text without a reference, so that what it says is known now. */
export const isLiteral = (value: unknown): value is string => typeof value === 'string' && !value.includes('${');
