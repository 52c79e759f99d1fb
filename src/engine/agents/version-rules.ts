import type { VersionDefinition } from '../../../workflows/contract/version.js';
import { canonical } from '../../platform/canonical.js';
import { type FieldError, invalid } from '../../platform/http/app-error.js';
import { fieldErrors, validationFailed } from '../../platform/http/validation.js';
import { schemaThread } from '../../platform/json-schema/schema-thread.js';
import type { CatalogueAgent } from './catalogue.store.js';
import { type DefinitionChange, definitionSchema } from './definition.schema.js';
import { builtIn, versionFromCode } from './from-code.js';
import type { Models } from './models.js';

const SCHEMAS = ['input_schema', 'output_schema'] as const;
const withoutSchemas = definitionSchema.omit({ input_schema: true, output_schema: true });

/** The code of a built-in agent takes and gives what its own schemas say, whatever a version says. */
export function mustKeepSchemas(
  { key, built_in, definition }: CatalogueAgent,
  change: DefinitionChange,
): void {
  if (!built_in) return;
  const code = builtIn(key);
  const kept = code ? versionFromCode(code) : definition;
  for (const field of SCHEMAS) {
    if (change[field] !== undefined && canonical(change[field]) !== canonical(kept?.[field]))
      throw invalid(`definition.${field}`, 'belongs to the code of a built-in agent and cannot be changed');
  }
}

/** The schema thread reads the schemas of a person; the error names each that cannot be used. */
export async function mustBeSchemas(
  organisation_id: string,
  definition: Pick<DefinitionChange, (typeof SCHEMAS)[number]>,
): Promise<void> {
  const errors: FieldError[] = [];
  for (const name of SCHEMAS) {
    const schema = definition[name];
    const message = schema ? await schemaThread.problem(organisation_id, schema) : null;
    if (message) errors.push({ field: `definition.${name}`, message });
  }
  if (errors.length > 0) throw validationFailed(errors);
}

/** A rule that held when a draft was made may be broken now: a model or tool is gone, or a time has passed. */
export async function mustStillHold(
  { built_in }: CatalogueAgent,
  organisation_id: string,
  definition: VersionDefinition,
  models: Models,
): Promise<void> {
  const { input_schema, output_schema, ...rest } = definition;
  const checked = (built_in ? withoutSchemas : definitionSchema).safeParse(
    built_in ? rest : { ...rest, input_schema, output_schema },
  );
  if (!checked.success) throw validationFailed(fieldErrors(checked.error.issues, { within: ['definition'] }));
  if (!built_in) await mustBeSchemas(organisation_id, definition);
  await models.mustKnow(definition.model, 'definition.model');
}
