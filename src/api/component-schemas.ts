import { z } from 'zod';

type Form = 'input' | 'output';
interface Converted {
  schema: object;
  components: Record<string, object>;
}

/** The prefix of a reference to a schema with an id: in zod's output, and in the document. */
const REFERENCE = ['"#/$defs/', '"#/components/schemas/'] as const;

/**
 * Turns zod schemas into the schemas of one OpenAPI document. A schema with an id (`.meta({ id })`) becomes a component
 * of that name, so that a generated client has a type for it.
 */
export class ComponentSchemas {
  private readonly components = new Map<string, string>();

  convert(schema: unknown, form: Form): Converted | undefined {
    if (!(schema instanceof z.ZodType)) return undefined;
    const text = JSON.stringify(z.toJSONSchema(schema, { io: form, override: dropNameSchema }));
    const { $schema: _, $defs: components = {}, ...converted } = JSON.parse(text.replaceAll(...REFERENCE));
    for (const [name, component] of Object.entries(components)) this.keep(name, component);
    return { schema: converted, components };
  }

  /** One name with two meanings would give a client the wrong type for one of them. */
  private keep(name: string, component: unknown): void {
    const text = JSON.stringify(component);
    const known = this.components.get(name);
    if (known !== undefined && known !== text)
      throw new Error(
        `The component schema ${name} has two forms. Give each form an id of its own, such as ${name}Input for requests.`,
      );
    this.components.set(name, text);
  }
}

/** The keyword `propertyNames` adds nothing, because every property name of a JSON object is a string. */
function dropNameSchema({ jsonSchema }: { jsonSchema: { propertyNames?: unknown } }): void {
  const { propertyNames } = jsonSchema;
  if (JSON.stringify(propertyNames) === '{"type":"string"}') delete jsonSchema.propertyNames;
}
