import { buildBundle } from './helpers/shared-servers';

export default async function setup(): Promise<void> {
  await buildBundle();
}
