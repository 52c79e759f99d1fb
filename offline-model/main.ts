import { BadSettings, readEnvironment } from '../src/platform/config/environment.js';
import { createOfflineModel } from './server.js';

async function run(): Promise<void> {
  const model = await createOfflineModel({ port: readEnvironment().NIGHTSHIFT_MODEL_PORT });
  process.stdout.write(`Offline model listening on ${model.url}\n`);
  const stop = (): void => {
    void model.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
}

run().catch((error: unknown) => {
  const words = error instanceof BadSettings || error instanceof Error ? error.message : String(error);
  process.stderr.write(`The offline model cannot start: ${words}\n`);
  process.exit(1);
});
