import 'reflect-metadata';
import { BadSettings, readEnvironment } from '../platform/config/environment.js';
import { createApi } from './api.js';

/** The API process. */
async function main(): Promise<void> {
  const env = readEnvironment();
  const app = await createApi(env);
  process.on('disconnect', () => void app.close().then(() => process.exit(0)));
  await app.listen(env.NIGHTSHIFT_PORT, env.NIGHTSHIFT_HOST);
  process.send?.('ready');
}

main().catch((error: unknown) => {
  console.error(error instanceof BadSettings ? error.message : error);
  process.exit(1);
});
