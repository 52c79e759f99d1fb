export const MODES = [
  '429',
  'quota',
  '500',
  '503',
  'slow',
  'cut',
  'malformed',
  'wrong-schema',
  'refusal',
  '401',
  '400',
] as const;

/** `say` answers with the words of a step, whatever was asked. */
type Mode = (typeof MODES)[number] | 'say';

/** One misbehaviour, requested by a header, a marker in the text or a step of the script. */
export interface Directive {
  mode: Mode;
  /** Seconds, told to the caller. */
  retryAfter?: number;
  /** The answer of `say`. */
  text?: string;
  /** The delay of the answer. */
  ms?: number;
  /** The number of requests with the same key that misbehave; without it, all of them. */
  times?: number;
  key?: string;
}

export const MARKER = /\[\[misbehave:([^\]\s]{1,200})\]\]/g;

export const DEFAULT_SLOW_MS = 1000;

function isMode(name: string): name is (typeof MODES)[number] {
  return (MODES as readonly string[]).includes(name);
}

function wholeOrPart(written: string | undefined): number | undefined {
  const number = Number(written);
  return written === undefined || written === '' || !(number >= 0) ? undefined : number;
}

/** Reads "429;retry-after=2;times=1;key=abc"; undefined for an unknown mode or setting. */
export function readDirective(text: string): Directive | undefined {
  const [mode = '', ...settings] = text.split(';').map((part) => part.trim());
  if (!isMode(mode)) return undefined;
  const directive: Directive = mode === 'slow' ? { mode, ms: DEFAULT_SLOW_MS } : { mode };
  for (const setting of settings) {
    const [name, value] = setting.split('=', 2);
    const number = wholeOrPart(value);
    if (name === 'key' && value) directive.key = value;
    else if (name === 'retry-after' && number !== undefined) directive.retryAfter = number;
    else if (name === 'ms' && number !== undefined) directive.ms = number;
    else if (name === 'times' && Number.isInteger(number)) directive.times = number as number;
    else return undefined;
  }
  return directive;
}

/** The directives in a text, in order; markers that cannot be read are left alone, as any text is. */
export function directivesIn(text: string): Directive[] {
  return [...text.matchAll(MARKER)].flatMap(([, marker]) => readDirective(marker ?? '') ?? []);
}
