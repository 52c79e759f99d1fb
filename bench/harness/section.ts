/** Names to the left, figures to the right. */
export function reportSection(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const line = ([name = '', ...cells]: string[]) =>
    `${name.padEnd(30)}${cells.map((cell) => (cell.startsWith('  ') ? cell : cell.padStart(16))).join('')}`.trimEnd();
  return [
    '',
    line(head),
    ...rows.map((row) => line(row.map((cell, column) => (column === 0 ? `  ${cell}` : cell)))),
  ];
}
