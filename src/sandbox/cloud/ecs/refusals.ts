import { CloudError } from "../cloud-error.ts";

/** The two errors with which ECS refuses most input; which of them is meant is each operation's own habit. */
export const invalid = (sentence: string) => new CloudError("InvalidParameterException", sentence);
export const client = (sentence: string) => new CloudError("ClientException", sentence);
