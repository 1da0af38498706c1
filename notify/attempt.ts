/** One attempt to deliver, and what may be said of it when it fails. */

/** How an attempt ended. `passing`: another may succeed in a moment. */
export type Attempt =
  | { ok: true; /** Recipients that the server would not take, though it took others. */ refused: string[] }
  | { ok: false; reason: string; passing: boolean; /** As the server asks. */ waitMs?: number };

/** What a server said, on one line and without the secrets of the channel, in whatever form it gives them back. */
export function spoken(text: string, secrets: readonly (string | undefined)[]): string {
  let shown = text.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ').trim();
  for (const secret of secrets) {
    if (!secret || secret.length < 3) continue;
    const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
    for (const form of [secret, encodeURIComponent(secret), base64]) shown = shown.replaceAll(form, '***');
  }
  return shown.length > 300 ? `${shown.slice(0, 299)}…` : shown;
}

/** A property of whatever was thrown. */
export const field = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
