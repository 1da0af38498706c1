import { buildBundle, shareTemporal } from './helpers/shared-servers';

export default async function setup(): Promise<void> {
  await buildBundle();
  await shareTemporal();
}
