import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { type ResolveOptions, Resolver, resolvedError } from '../config/secrets';
import type { Config } from '../schemas/config';
import { maskingSchema } from '../schemas/mask';

const derive = promisify<string, string, number, Buffer>(scrypt);

/** Part of what masked values depend on: never changed, or the same key would give other values. */
const SALT = 'longshore masking 1';
const KEY_BYTES = 16;

/**
 * What masked values depend on, from the secret under `masking.key`; undefined where there is none. Slow on purpose, about
 * 50 ms, so that a short secret cannot be found by trying. Throws SECRET_MISSING, CONFIG_INVALID.
 */
export async function resolveMaskKey(
  config: Config,
  env: NodeJS.ProcessEnv,
  options: ResolveOptions,
): Promise<Uint8Array | undefined> {
  if (config.masking.key === undefined) return undefined;
  const resolved = maskingSchema.safeParse(new Resolver(config, env, options).resolve(config.masking, ['masking']));
  if (!resolved.success || typeof resolved.data.key !== 'string') throw resolvedError([['masking', 'key']]);
  return derive(resolved.data.key, SALT, KEY_BYTES);
}
