import { Param } from '@nestjs/common';
import { z } from 'zod';
import { AppError } from '../../platform/http/app-error.js';
import { isStorable } from '../../platform/http/text.js';
import { agentUnknown } from './catalogue.store.js';

/** A key that PostgreSQL cannot keep names nothing, like one that is unknown. */
export const KeyParam = () =>
  Param('key', {
    schema: z.string().max(100),
    pipes: [
      {
        transform(value: string) {
          if (!isStorable(value)) throw agentUnknown(value);
          return value;
        },
      },
    ],
  });

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
