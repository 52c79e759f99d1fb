import type { RespondRequest } from '../../workflows/contract/model.js';
import { model } from '../../workflows/proxies.js';
import { untilSettled } from '../../workflows/until-settled.js';

export function stubborn(request: RespondRequest): Promise<unknown> {
  return untilSettled(() => model.respond(request));
}
