/** An answer of the cloud that is not success, under the code AWS puts on the wire. */
export class CloudError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = "CloudError";
    this.code = code;
    this.status = status;
  }
}
