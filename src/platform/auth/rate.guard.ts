import { Injectable } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import { AppError } from '../http/app-error.js';
import type { AuthenticatedRequest } from './principal.js';

/** Each API key has an allowance; open routes count by address. */
@Injectable()
export class RateGuard extends ThrottlerGuard {
  protected override async getTracker(request: AuthenticatedRequest): Promise<string> {
    return request.principal?.key_id ?? request.ip;
  }

  protected override generateKey(_: unknown, tracker: string): string {
    return tracker;
  }

  protected override async throwThrottlingException(): Promise<void> {
    throw new AppError(
      'rate_limited',
      'This key has used its requests of this minute; Retry-After says when to try again.',
    );
  }
}
