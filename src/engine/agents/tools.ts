/** The keys that a version may name in `tools`. */
export const TOOLS: readonly string[] = [];
