import { WireError } from '../http/errors.js';
import { type Directive, directivesIn, MODES, readDirective } from './directive.js';
import { type Endpoint, ScriptedSteps } from './script.js';

export const MISBEHAVE_HEADER = 'x-nightshift-misbehave';
const MOST_KEYS = 10_000;

/** Decides for each request whether it misbehaves: header first, then markers in its text, then the script. */
export class Misbehaviour {
  readonly script = new ScriptedSteps();
  readonly #used = new Map<string, number>();

  next(endpoint: Endpoint, header: string | undefined, body: string, digest: string): Directive | undefined {
    if (header !== undefined && header !== '') {
      const directive = readDirective(header);
      if (!directive) throw new WireError('badHeader', { param: MISBEHAVE_HEADER, words: MODES.join(', ') });
      return this.#takes(directive, digest) ? directive : undefined;
    }
    const marked = directivesIn(body).find((directive) => this.#takes(directive, digest));
    return marked ?? this.script.next(endpoint, body);
  }

  /** Counts one use of a directive that is limited; without a key the limit is for this very request. */
  #takes(directive: Directive, digest: string): boolean {
    if (directive.times === undefined) return true;
    const key = `${directive.mode}\n${directive.key ?? digest}`;
    const used = this.#used.get(key) ?? 0;
    if (used >= directive.times) return false;
    if (this.#used.size >= MOST_KEYS) this.#used.delete(this.#used.keys().next().value ?? '');
    this.#used.set(key, used + 1);
    return true;
  }
}
