import { Param } from '@nestjs/common';
import { z } from 'zod';
import { AppError } from '../http/app-error.js';

export const KeyParam = () => Param('key', { schema: z.string().max(100) });

/** A number that is none names nothing, like one that is unknown. */
export const NumberParam = () =>
  Param('number', {
    schema: z.string(),
    pipes: [
      {
        transform(value: string) {
          if (!/^[1-9]\d{0,8}$/.test(value)) throw new AppError('not_found');
          return Number(value);
        },
      },
    ],
  });
