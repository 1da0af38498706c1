import { buildAll, sharePostgres, shareTemporal } from './helpers/shared-servers';

export default async function setup(): Promise<void> {
  await buildAll();
  await sharePostgres();
  await shareTemporal();
}
