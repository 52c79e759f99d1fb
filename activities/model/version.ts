import type { JsonSchemaFormat, RespondRequest } from '../../workflows/contract/model.js';
import { modelFailure } from './failures.js';
import type { OwnSchema } from './own-schema.js';
import { isStrict } from './strict.js';

/** The fields of the run's version that concern model calls, with the overrides that applied at admission. */
export interface CallVersion {
  id: string;
  organisation_id: string;
  agent: string;
  model: string;
  instructions: string;
  output_schema: Record<string, unknown>;
}

export interface VersionReader {
  /** Returns null if the version is gone with its agent. */
  ofRun(run_id: string): Promise<CallVersion | null>;
}

export interface FullRequest extends RespondRequest {
  model: string;
  instructions: string;
  format?: JsonSchemaFormat;
  /** The format's schema, where it is the version's: a person may have written it. */
  own?: OwnSchema;
}

/** Fills in what a request leaves to the version; histories hold no documents. */
export async function complete(request: RespondRequest, versions: VersionReader): Promise<FullRequest> {
  const { model, instructions, format } = request;
  if (model !== undefined && instructions !== undefined && format !== 'version')
    return { ...request, model, instructions, format };
  const version = await versions.ofRun(request.run_id);
  if (!version) throw modelFailure('agent_unknown', 'the version that this run keeps to is gone');
  return {
    ...request,
    model: model ?? version.model,
    instructions: instructions ?? version.instructions,
    ...(format === 'version' ? formatOf(version) : { format }),
  };
}

function formatOf({ id, organisation_id, agent, output_schema: schema }: CallVersion) {
  return {
    format: { name: agent, schema, strict: isStrict(schema) },
    own: { organisation_id, id: `${id} output`, schema },
  };
}
