import { AsyncLocalStorage } from "node:async_hooks";
import { ProviderError, type ProviderFault } from "../errors.ts";

/** What every AWS client here is made with; endpoint and credentials are the SDK's own business (AWS_* variables). */
export interface AwsClientSettings {
  readonly region: string;
  readonly maxAttempts: number;
  readonly requestHandler: { readonly requestTimeout: number; readonly connectionTimeout: number };
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface AwsOptions {
  /** Where a placement names none. Default: AWS_REGION, as the SDK reads it. */
  readonly region?: string | null;
  /** Only where the environment does not say: the sandbox and tests. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Credentials that calls are made with instead of the bot's own, and what tells them from all others. */
export interface AwsIdentity {
  readonly key: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

const identities = new AsyncLocalStorage<AwsIdentity | null>();

/** Runs work whose calls are all made as that identity; null for the bot's own. Providers need not know of it. */
export function callingAs<T>(identity: AwsIdentity | null, work: () => Promise<T>): Promise<T> {
  return identities.run(identity, work);
}

const requestTimeout = 9000;
const connectionTimeout = 2000;
const maxAttempts = 3;
/** All attempts of a call together; a job makes at most two calls one after the other and ends within 30 s. */
const callMilliseconds = 12_000;

export function clientSettings(
  options: AwsOptions,
  region: string | undefined,
): AwsClientSettings | { readonly region?: never } {
  const named = region ?? options.region ?? undefined;
  const credentials = identities.getStore()?.credentials ?? options.credentials;
  return {
    ...(named === undefined ? {} : { region: named }),
    maxAttempts,
    requestHandler: { requestTimeout, connectionTimeout },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  } as AwsClientSettings;
}

/** A client that has not been used for so long is closed, where it was made for one identity: none of its calls is under way. */
const idleMilliseconds = 15 * 60_000;

/**
 * Makes something once for each region and each identity that calls are made as, and hands out the same afterwards;
 * a failure is tried again next time.
 */
export function forEachRegion<T extends { readonly client: { readonly destroy: () => void } }>(
  make: (region: string | undefined) => Promise<T>,
): (region: string | undefined) => Promise<T> {
  const made = new Map<string, { readonly promise: Promise<T>; readonly lasting: boolean; usedAt: number }>();
  return (region) => {
    const identity = identities.getStore() ?? null;
    const key = `${identity?.key ?? ""} ${region ?? ""}`;
    const known = made.get(key);
    if (known !== undefined) {
      known.usedAt = performance.now();
      return known.promise;
    }
    const promise = make(region).catch((error: unknown) => {
      made.delete(key);
      throw error;
    });
    for (const [other, { promise: old, lasting, usedAt }] of made) {
      if (lasting || performance.now() - usedAt < idleMilliseconds) continue;
      made.delete(other);
      void old.then(({ client }) => client.destroy()).catch(() => {});
    }
    made.set(key, { promise, lasting: identity === null, usedAt: performance.now() });
    return promise;
  };
}

/** Who asks while the same is being read, as the same identity, gets what is read; what has been read is asked anew. */
export function shared<T>(): (key: string, read: () => Promise<T>) => Promise<T> {
  const reading = new Map<string, Promise<T>>();
  return (key, read) => {
    const whole = `${identities.getStore()?.key ?? ""} ${key}`;
    const known = reading.get(whole);
    if (known !== undefined) return known;
    const found = read().finally(() => reading.delete(whole));
    reading.set(whole, found);
    return found;
  };
}

export interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** Runs one call and turns what AWS or the network says into a ProviderError with its code and request id. */
export async function calling<T>(operation: string, call: (options: CallOptions) => Promise<T>): Promise<T> {
  try {
    return await call({ abortSignal: AbortSignal.timeout(callMilliseconds) });
  } catch (error) {
    throw awsError(operation, error);
  }
}

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly Code?: string;
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
}

export function awsError(operation: string, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const sdk = error as SdkError;
  // A query service names the shape in `name` and what went over the wire in `Code`; a socket names `code`.
  const socket = /^E[A-Z_]+$/.test(sdk.code ?? "") ? sdk.code : undefined;
  const status = sdk.$metadata?.httpStatusCode;
  const isForeign = /Deserialization error/.test(sdk.message ?? "");
  const code = isForeign
    ? `HTTP ${status ?? "?"}`
    : (sdk.Code ?? socket ?? (sdk.name && sdk.name !== "Error" ? sdk.name : sdk.code) ?? "Unknown");
  return new ProviderError({
    provider: "AWS",
    operation,
    fault: faultOf(code, sdk),
    code,
    message: isForeign ? "The answer is not one of AWS's." : messageOf(code, sdk.message ?? ""),
    requestId: sdk.$metadata?.requestId ?? null,
    cause: error,
  });
}

/** A signature counts for a few minutes: who reads of one that is out of date looks for wrong keys. Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
function messageOf(code: string, message: string): string {
  const isApart = /RequestTimeTooSkewed/.test(code) || /signature (expired|not yet current)/i.test(message);
  return isApart ? "The bot's clock and AWS's are apart: correct the time on the bot's machine." : message;
}

function faultOf(code: string, error: SdkError): ProviderFault {
  const word = `${code} ${error.code ?? ""}`;
  if (/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/i.test(word) || error.$retryable?.throttling)
    return "throttled";
  // Elsewhere it is a quota that is used up; Cost Explorer means its rate. Source: docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
  if (/^LimitExceeded/.test(code) && /rate exceeded|too many calls/i.test(error.message ?? "")) return "throttled";
  if (/ExpiredToken|RequestExpired|TokenRefreshRequired/i.test(word)) return "expired";
  if (
    /AccessDenied|Unauthorized|NotAuthorized|Forbidden|Credentials|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|MissingAuthenticationToken/i.test(
      word,
    )
  )
    return "denied";
  if (/NotFound|MISSING/.test(word)) return "not_found";
  if (
    /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|socket hang up/i.test(
      `${word} ${error.message ?? ""}`,
    )
  ) {
    return "unreachable";
  }
  if (/Timeout|ETIMEDOUT|AbortError/i.test(word)) return "timeout";
  const status = error.$metadata?.httpStatusCode;
  // There is no such call: an emulator of a part of AWS, or a proxy that lets only some through.
  if (status === 501 || status === 404 || status === 405) return "refused";
  // A server that failed may have done the work first, and so may one whose answer is no answer of AWS's.
  if (
    status === undefined ||
    status >= 500 ||
    code === "SyntaxError" ||
    /Deserialization error/.test(error.message ?? "")
  )
    return "unreachable";
  return "refused";
}

/** A no of ours in the words of a platform's. */
export function refusedBy(
  operation: string,
  code: string,
  message: string,
  fault: ProviderFault = "refused",
): ProviderError {
  return new ProviderError({ provider: "AWS", operation, fault, code, message });
}
