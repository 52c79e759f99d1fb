import type { ServerResponse } from 'node:http';
import type { Calls } from './calls.js';
import { WireError } from './http/errors.js';
import { send } from './http/reply.js';
import { parse } from './http/request.js';
import type { ScriptedSteps } from './misbehaviour/script.js';
import { scriptSchema } from './misbehaviour/script.js';

interface Control {
  calls: Calls;
  script: ScriptedSteps;
}

type Action = (control: Control, body: () => Promise<unknown>) => Promise<unknown> | unknown;

const NO_STEPS = { steps: [], repeat: false };

const ACTIONS: Record<string, Record<string, Action>> = {
  '/_offline/script': {
    GET: ({ script }) => script.script,
    async PUT({ script }, body) {
      script.replace(parse(scriptSchema, await body()));
      return script.script;
    },
    DELETE({ script }) {
      script.replace(NO_STEPS);
      return script.script;
    },
  },
  '/_offline/calls': {
    GET: ({ calls }) => calls.report(),
    DELETE({ calls }) {
      calls.reset();
      return calls.report();
    },
  },
};

/** The paths by which tests and demonstrations steer the model; they need no key. */
export async function serveControl(
  control: Control,
  method: string,
  path: string,
  body: () => Promise<unknown>,
  response: ServerResponse,
): Promise<void> {
  const actions = ACTIONS[path];
  if (!actions) throw new WireError('unknownPath', { words: `${method} ${path}` });
  const action = actions[method];
  if (!action)
    throw new WireError('wrongMethod', {
      words: `${method} on ${path}`,
      headers: { allow: Object.keys(actions).join(', ') },
    });
  await send(response, { json: await action(control, body) }, undefined);
}
