import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Caller, Json } from './caller.js';
import { sharedParts } from './private-parts.js';
import { ScriptedModel } from './scripted-model.js';
import { TestStack } from './stack.js';

/** API and worker over a model that answers as the test scripts it; each test begins with an empty script. */
export function useScriptedStack(
  settings: Record<string, string> = {},
  { worker = true }: { worker?: boolean } = {},
) {
  const scripted = {
    model: undefined as unknown as ScriptedModel,
    stack: undefined as unknown as TestStack,
    api: undefined as unknown as Caller,
    url: '',
    /** The next call of the model is answered with this text, or with this object as JSON. */
    answer(output: object | string, repeat = false): Promise<Json> {
      const text = typeof output === 'string' ? output : JSON.stringify(output);
      return scripted.model.misbehave([{ mode: 'say', text, endpoint: 'responses' }], repeat);
    },
  };
  beforeAll(async () => {
    scripted.model = await ScriptedModel.start();
    scripted.stack = new TestStack({ ...sharedParts(), model: scripted.model.url }, settings);
    await scripted.stack.open();
    const [{ url }] = await Promise.all([
      scripted.stack.startApi(),
      ...(worker ? [scripted.stack.startWorker()] : []),
    ]);
    scripted.url = url;
    scripted.api = scripted.stack.caller(url);
  });
  afterAll(async () => {
    await scripted.stack.close();
    await scripted.model.close();
  });
  beforeEach(() => scripted.model.reset());
  return scripted;
}
