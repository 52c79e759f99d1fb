import type { VersionDefinition } from '../../workflows/contract/version.js';
import { canonical } from '../audit/receipt.js';
import { invalid } from '../http/app-error.js';
import { fieldErrors, validationFailed } from '../http/validation.js';
import type { CatalogueAgent } from './catalogue.js';
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
      throw invalid(`definition.${field}`, 'of a built-in agent is its code’s and cannot be changed');
  }
}

/** What held when a draft was made may no longer: a model or a tool that is gone, a time that has passed. */
export async function mustStillHold(
  { built_in }: CatalogueAgent,
  definition: VersionDefinition,
  models: Models,
): Promise<void> {
  const { input_schema, output_schema, ...rest } = definition;
  const checked = (built_in ? withoutSchemas : definitionSchema).safeParse(
    built_in ? rest : { ...rest, input_schema, output_schema },
  );
  if (!checked.success) throw validationFailed(fieldErrors(checked.error.issues, ['definition']));
  await models.mustKnow(definition.model, 'definition.model');
}
