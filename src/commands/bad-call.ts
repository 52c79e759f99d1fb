/** Raised where a command was not called as it can be: the option, and what it takes. */
export class BadCall extends Error {}
