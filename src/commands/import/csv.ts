/** One record of a CSV file, and the line where it begins, counted from 1. */
interface CsvRecord {
  line: number;
  fields: string[];
  /** The reason why the record cannot be used. */
  problem?: string;
}

/** RFC 4180, with any line end. A broken record ends with its first line, so that the next one is read. */
export function* readCsv(text: string): Generator<CsvRecord> {
  const reader = new CsvReader(text.startsWith('\uFEFF') ? text.slice(1) : text);
  for (let record = reader.next(); record; record = reader.next()) yield record;
}

class CsvReader {
  private at = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  /** Returns null at the end; empty lines are skipped. */
  next(): CsvRecord | null {
    while (this.skipLineEnd());
    if (this.at === this.text.length) return null;
    const { at, line } = this;
    const fields: string[] = [];
    const problem = this.readFields(fields);
    if (problem === null) {
      this.skipLineEnd();
      return { line, fields };
    }
    this.at = at;
    this.line = line;
    this.take(/[^\r\n]*/y);
    this.skipLineEnd();
    return { line, fields, problem };
  }

  private readFields(fields: string[]): string | null {
    for (;;) {
      const quoted = this.text[this.at] === '"';
      const field = quoted ? this.readQuoted() : this.take(/[^,\r\n]*/y);
      if (field === null) return 'a quoted field is not closed';
      if (!quoted && field.includes('"')) return 'a field with a quote in it must be quoted';
      fields.push(field);
      const next = this.text[this.at];
      if (next === undefined || next === '\r' || next === '\n') return null;
      if (next !== ',') return 'there is text after the end of a quoted field';
      this.at += 1;
    }
  }

  /** Returns null if the quoted text has no end. */
  private readQuoted(): string | null {
    let end = this.at;
    do end = this.text.indexOf('"', end + 1);
    while (end >= 0 && this.text[end + 1] === '"' && ++end);
    if (end < 0) return null;
    const inner = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    this.line += inner.match(/\r\n|\r|\n/g)?.length ?? 0;
    return inner.replaceAll('""', '"');
  }

  private skipLineEnd(): boolean {
    const matched = this.take(/\r\n|\r|\n/y) !== '';
    if (matched) this.line += 1;
    return matched;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [match = ''] = pattern.exec(this.text) ?? [];
    this.at += match.length;
    return match;
  }
}
