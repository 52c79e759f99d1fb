import { Param } from '@nestjs/common';
import { z } from 'zod';
import { RELATION_KINDS, type RelationKind } from '../../../workflows/contract/ticket.js';
import { AppError } from '../../platform/http/app-error.js';

/** A kind that is none names nothing, like a relation that is not there. */
export const KindParam = () =>
  Param('kind', {
    schema: z.string(),
    pipes: [
      {
        transform(value: string): RelationKind {
          const kind = RELATION_KINDS.find((one) => one === value);
          if (!kind) throw new AppError('not_found');
          return kind;
        },
      },
    ],
  });
