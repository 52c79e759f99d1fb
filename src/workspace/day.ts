import { z } from 'zod';

/** A day by a project's clock; PostgreSQL knows no year 0. */
export const day = z.iso.date().refine((text) => !text.startsWith('0000'), 'must be a day after the year 0');
