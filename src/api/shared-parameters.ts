import type { OpenAPIObject } from '@nestjs/swagger';

interface Parameter {
  name: string;
  in: string;
}
interface Operation {
  parameters?: (Parameter | { $ref: string })[];
}

const LEAST_USES = 2;

/** A parameter that several operations declare alike is declared once, as a component, and referred to. */
export function shareParameters(document: OpenAPIObject): void {
  const operations = Object.values(document.paths).flatMap((methods): Operation[] => Object.values(methods));
  const shared = mostUsed(operations.flatMap(({ parameters = [] }) => parameters as Parameter[]));
  for (const operation of operations)
    operation.parameters = operation.parameters?.map((one) => {
      const name = shared.get(JSON.stringify(one));
      return name === undefined ? one : { $ref: `#/components/parameters/${name}` };
    });
  const parameters = [...shared].map(([text, name]) => [name, JSON.parse(text)] as const);
  document.components = {
    ...document.components,
    parameters: Object.fromEntries(parameters.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Of parameters with one name and different declarations, the most used one gets the name. */
function mostUsed(parameters: Parameter[]): Map<string, string> {
  const uses = new Map<string, number>();
  for (const one of parameters) {
    const text = JSON.stringify(one);
    uses.set(text, (uses.get(text) ?? 0) + 1);
  }
  const names = new Map<string, string>();
  for (const [text, count] of [...uses].sort(([, a], [, b]) => b - a)) {
    const name = componentName(JSON.parse(text));
    if (count >= LEAST_USES && ![...names.values()].includes(name)) names.set(text, name);
  }
  return names;
}

/** `Idempotency-Key` is `IdempotencyKey`, and `project_id` is `ProjectId`. */
function componentName({ name }: Parameter): string {
  return name
    .split(/[-_]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
