/** What every refusal has in common: its code and exit code, a place, a remedy, and no secret in anything printed. */
import type { Outcome, PrintedError, Site } from './site';

export interface Refusal {
  code: string;
  /** Exit code; default 2. */
  exit?: number;
  /** All of these stand in the message. */
  says?: (string | RegExp)[];
  place?: Record<string, unknown>;
  /** In the remedy. */
  next?: RegExp;
}

/** Passwords that tests use where no password belongs into any output. */
export const SECRET = 'S3cr3t-of-the-house';

export function expectError(
  error: PrintedError | undefined,
  { code, says = [], place = {}, next = /\w{3}/ }: Refusal,
): void {
  expect(error).toMatchObject({ code, place });
  for (const text of says) expect(error?.message).toMatch(typeof text === 'string' ? new RegExp(escaped(text)) : text);
  expect(error?.next).toMatch(next);
}

export function expectRefusal(outcome: Outcome | undefined, refusal: Refusal): void {
  expect({ code: outcome?.error?.code, exit: outcome?.code, stderr: outcome?.stderr }).toEqual({
    code: refusal.code,
    exit: refusal.exit ?? 2,
    stderr: '',
  });
  expectError(outcome?.error, refusal);
  expect(`${outcome?.stdout}${outcome?.stderr}`).not.toContain(SECRET);
}

/** Neither the log of the worker nor what a command printed for people has a password in it. */
export function expectNoSecrets(site: Site, ...outputs: string[]): void {
  for (const output of [site.installation.workerLog, ...outputs]) {
    expect(output).not.toContain(SECRET);
    expect(output).not.toMatch(/postgres(ql)?:\/\/[^\s"]*:[^\s"@]+@/);
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
