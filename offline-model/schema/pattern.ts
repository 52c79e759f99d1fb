import { SchemaProblem } from './types.js';

const REPEAT_MOST = 2000;
const CLASSES: Record<string, string> = {
  d: '0',
  w: 'a',
  s: ' ',
  D: 'a',
  W: '-',
  S: 'a',
  n: '\n',
  t: '\t',
  r: '\r',
};

const compiled = new Map<string, RegExp>();

/** The pattern as JSON Schema reads it: it may match anywhere in the value. */
export function compile(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  try {
    const expression = new RegExp(pattern, pattern.includes('\\p{') ? 'u' : '');
    if (compiled.size < 1000) compiled.set(pattern, expression);
    return expression;
  } catch {
    throw new SchemaProblem(`"${pattern}" is not a regular expression`);
  }
}

/** Writes one text that a simple pattern matches; undefined for a pattern with look-around or back-references. */
export function writeMatch(pattern: string, extra = 0): string | undefined {
  try {
    return new Writer(pattern, extra).write();
  } catch {
    return undefined;
  }
}

class Writer {
  readonly #pattern: string;
  readonly #extra: number;
  #at = 0;

  constructor(pattern: string, extra: number) {
    this.#pattern = pattern;
    this.#extra = extra;
  }

  write(): string {
    const text = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new SyntaxError('unread pattern');
    return text;
  }

  /** The first alternative is written; the others are only read over. */
  #alternatives(): string {
    const first = this.#sequence();
    while (this.#take('|')) this.#sequence();
    return first;
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) {
      if (this.#take('^') || this.#take('$')) continue;
      const atom = this.#atom();
      text += atom.repeat(this.#times());
    }
    return text;
  }

  #atom(): string {
    if (this.#take('(')) {
      if (this.#take('?') && !this.#take(':')) this.#groupName();
      const text = this.#alternatives();
      this.#expect(')');
      return text;
    }
    if (this.#take('[')) return this.#set();
    if (this.#take('.')) return 'a';
    return this.#take('\\') ? this.#escaped() : this.#next();
  }

  #groupName(): void {
    this.#expect('<');
    if ('=!'.includes(this.#peek())) throw new SyntaxError('look-around');
    while (!this.#take('>')) this.#next();
  }

  #escaped(): string {
    const letter = this.#next();
    if (/[1-9bBkpPux]/.test(letter)) throw new SyntaxError('unsupported escape');
    return CLASSES[letter] ?? letter;
  }

  /** The first character of the set, or of those left when it is negated. */
  #set(): string {
    const start = this.#at - 1;
    const negated = this.#take('^');
    const first = this.#take('\\') ? this.#escaped() : this.#next();
    while (!this.#take(']'))
      if (this.#take('\\')) this.#next();
      else this.#next();
    if (!negated) return first;
    const set = new RegExp(this.#pattern.slice(start, this.#at));
    const allowed = [...'aA0 -_.z'].find((character) => set.test(character));
    if (allowed === undefined) throw new SyntaxError('empty set');
    return allowed;
  }

  #times(): number {
    const braces = /^\{(\d+)(,?)(\d*)\}/.exec(this.#pattern.slice(this.#at));
    let [least, most] = [1, 1];
    if (braces) {
      this.#at += braces[0].length;
      least = Number(braces[1]);
      most = braces[3] ? Number(braces[3]) : braces[2] ? Infinity : least;
    } else if (this.#take('*')) [least, most] = [0, Infinity];
    else if (this.#take('+')) [least, most] = [1, Infinity];
    else if (this.#take('?')) [least, most] = [0, 1];
    this.#take('?');
    return Math.min(least + this.#extra, most, REPEAT_MOST);
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #take(character: string): boolean {
    const taken = this.#peek() === character;
    if (taken) this.#at++;
    return taken;
  }

  #next(): string {
    const character = this.#peek();
    if (character === '') throw new SyntaxError('pattern ended');
    this.#at++;
    return character;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw new SyntaxError(`expected ${character}`);
  }
}
