import { DefaultFailureConverter } from '@temporalio/common';

/** Failure messages and stack traces quote what people and models wrote: they go into a payload, which is sealed. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
