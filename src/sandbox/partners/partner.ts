/** One of the web services the bot works with (a pager, a tracker, a wiki), as far as the bot uses it. */
export interface Partner {
  /** The first part of its paths on the partners' port: pagerduty. */
  readonly id: string;
  readonly handle: (request: PartnerRequest) => PartnerResponse | Promise<PartnerResponse>;
  /** What it holds, as plain JSON, so that it outlives the process. */
  readonly dump: () => unknown;
}

export interface PartnerRequest {
  readonly method: string;
  /** Without the partner's own first part: /v2/enqueue. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface PartnerResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when a string or bytes, as JSON otherwise; nothing is sent for undefined. */
  readonly body?: unknown;
}
