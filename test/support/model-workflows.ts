import type {
  EmbedRequest,
  EmbedResult,
  RespondRequest,
  RespondResult,
} from '../../workflows/contract/model.js';
import { model } from '../../workflows/proxies.js';

export function respond(request: RespondRequest): Promise<RespondResult> {
  return model.respond(request);
}

export function embed(request: EmbedRequest): Promise<EmbedResult> {
  return model.embed(request);
}
