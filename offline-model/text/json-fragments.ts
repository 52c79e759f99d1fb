import type { Json } from '../schema/types.js';

interface Fragment {
  start: number;
  end: number;
  value: Json;
}

const MAX_ATTEMPTS = 500;
const OPENERS = /[{[]/g;

/** Returns the index of the bracket that closes the one at `start`, or -1; brackets within strings do not count. */
function closing(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at;
  }
  return -1;
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Objects and arrays of JSON within a text; a fragment is never reported inside another one. */
export function jsonFragments(text: string): Fragment[] {
  const found: Fragment[] = [];
  OPENERS.lastIndex = 0;
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const opener = OPENERS.exec(text);
    if (!opener) break;
    const looksLikeJson = /^(?:\{\s*["}]|\[\s*["[{\]\d-])/.test(text.slice(opener.index, opener.index + 80));
    const end = looksLikeJson ? closing(text, opener.index) : -1;
    const value = end === -1 ? undefined : parse(text.slice(opener.index, end + 1));
    if (typeof value !== 'object' || value === null) continue;
    if (Object.keys(value).length === 0) continue;
    found.push({ start: opener.index, end: end + 1, value });
    OPENERS.lastIndex = end + 1;
  }
  return found;
}
