/** What a version may name in `tools`: every tool is listed here by its key. */
export const TOOLS: readonly string[] = [];
