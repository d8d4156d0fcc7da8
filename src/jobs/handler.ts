import type { JobData, JobName } from "../domain/jobs.ts";

/** One background task: ends within 30 s, re-arms itself, and may be handed the same job twice. */
export interface JobHandler<N extends JobName = JobName> {
  readonly name: N;
  readonly handle: (data: JobData[N]) => Promise<void>;
}

/** Where jobs tell what they could not do: static message, facts in fields. */
export interface JobLog {
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}

/** Lets a handler stand in a list with others; the queue hands it the data of its own name. */
export function jobHandler<N extends JobName>(handler: JobHandler<N>): JobHandler {
  return handler as unknown as JobHandler;
}
