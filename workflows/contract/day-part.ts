import type { z } from 'zod';

/** An agent's part of a person's day: the `day-part.ts` of its folder. A session shows it under this name. */
export interface DayPart<Content extends z.ZodObject = z.ZodObject> {
  name: string;
  content: Content;
}

/** Keeps each part's own type. */
export function defineDayPart<Content extends z.ZodObject>(part: DayPart<Content>): DayPart<Content> {
  return part;
}

export type DayPartContent<Part> = Part extends DayPart<infer Content> ? z.output<Content> : never;
