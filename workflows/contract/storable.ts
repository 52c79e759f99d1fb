/** A text as it can be kept: PostgreSQL takes no NUL, and nothing takes half of a surrogate pair. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Reads JSON; every text and name in it can be kept. */
export function parseStorable(json: string): unknown {
  return JSON.parse(json, (_, value: unknown) => {
    if (typeof value === 'string') return storable(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [storable(name), one]));
  });
}
