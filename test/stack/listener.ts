/** Keeps the lines that a part of the stack prints. */
export function listener() {
  const lines: string[] = [];
  return { lines, log: (line: string) => void lines.push(line) };
}
