export type PrivatePostgresErrorCode = "taken" | "unwritable" | "no-binaries" | "wrong-version" | "not-started";

/** The private PostgreSQL cannot be had; the message is one line that says why and what to do. */
export class PrivatePostgresError extends Error {
  readonly code: PrivatePostgresErrorCode;

  constructor(code: PrivatePostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PrivatePostgresError";
    this.code = code;
  }
}
