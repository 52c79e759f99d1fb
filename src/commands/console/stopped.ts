/** Raised where a command was not called as it can be: the option, and what it takes. */
export class BadCall extends Error {}

/** The command cannot continue: nobody answers, or the key does not grant it. */
export class Stopped extends Error {}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
