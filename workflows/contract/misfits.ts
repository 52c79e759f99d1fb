const MOST_NAMED = 5;

interface Misfits {
  issues: { path: readonly PropertyKey[]; code: string }[];
  /** How many there are where `issues` are the first of more. */
  count?: number;
}

/**
 * Says where a value does not fit its schema and how, without quoting the value: a model or a person may have written
 * it.
 */
export function misfits({ issues, count = issues.length }: Misfits): string {
  const named = issues
    .slice(0, MOST_NAMED)
    .map(({ path, code }) => `${placeOf(path)}: ${code.replaceAll('_', ' ')}`);
  const more = count > MOST_NAMED ? `; ${count - MOST_NAMED} more` : '';
  return `${named.join('; ')}${more}`;
}

/** Names of fields and numbers of elements; anything else is a key that the value itself brought along. */
function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the value';
  return path.map((part) => (/^\w{1,40}$/.test(String(part)) ? String(part) : '…')).join('.');
}
