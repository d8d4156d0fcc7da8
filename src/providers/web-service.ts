import { ProviderError, type ProviderFault } from "../errors.ts";

/** One web service and how it wants to be asked. */
export interface WebService {
  readonly id: string;
  /** What people call it; begins every message of trouble. */
  readonly title: string;
  /** Sent with every request; they hold the token and are never part of a message. */
  readonly headers: Readonly<Record<string, string>>;
  /** The header of its answers that names the request, for asking its support. */
  readonly requestIdHeader: string;
  /** Its own words for why it said no; null where its answer holds none. */
  readonly reason?: (body: unknown) => string | null;
  /** Whether an answer of 403 or 400 means that it was asked too often. */
  readonly throttled?: (status: number, headers: Headers, body: unknown) => boolean;
}

export interface WebRequest {
  readonly operation: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly body?: unknown;
  /** Sent instead of a body, as multipart/form-data. */
  readonly form?: FormData;
  /** Sent instead of a body, as it is. */
  readonly content?: { readonly type: string; readonly bytes: Uint8Array };
  /** How long the answer may take; eight seconds when left out. */
  readonly timeoutMilliseconds?: number;
  /** Takes the place of the service's own; the content type follows from the body. */
  readonly headers?: Readonly<Record<string, string>>;
}

const usualTimeout = 8000;

/**
 * Asks a web service once, eight seconds at most, and reads its JSON; null for an answer without a body. Throws
 * ProviderError where it says no; its `cause` is what the service answered.
 */
export async function askService(service: WebService, request: WebRequest): Promise<unknown> {
  return (await askServiceWhole(service, request)).body;
}

/** The same, with the headers of the answer. */
export async function askServiceWhole(
  service: WebService,
  request: WebRequest,
): Promise<{ readonly body: unknown; readonly headers: Headers }> {
  const { operation, url } = request;
  const init = sentAs(service, request);
  const failed = (fault: ProviderFault, code: string, message: string, more: object = {}) =>
    new ProviderError({
      provider: service.id,
      operation,
      fault,
      code,
      message: `${service.title}: ${message}`,
      ...more,
    });
  let response: Response;
  let text: string;
  try {
    const { timeoutMilliseconds = usualTimeout } = request;
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMilliseconds) });
    text = await response.text();
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    const word = late ? "timeout" : "unreachable";
    throw failed(word, word, late ? "no answer in time" : "cannot be reached");
  }
  const requestId = response.headers.get(service.requestIdHeader);
  const answer = parsed(text);
  if (!response.ok) {
    const { status } = response;
    const fault = service.throttled?.(status, response.headers, answer) ? "throttled" : faultOf(status);
    const reason = service.reason?.(answer) ?? (typeof answer === "string" ? text.trim().slice(0, 300) : "");
    throw failed(fault, String(status), reason || `answered ${status}`, {
      requestId,
      retryAfterSeconds: fault === "throttled" ? retryAfter(response.headers) : null,
      cause: answer,
    });
  }
  if (text !== "" && typeof answer === "string")
    throw failed("refused", "no-json", "The answer is not JSON", { requestId });
  return { body: text === "" ? null : answer, headers: response.headers };
}

function sentAs(service: WebService, { method = "GET", body, form, content, headers: own }: WebRequest): RequestInit {
  const headers = { ...service.headers, ...own };
  if (body !== undefined)
    return { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
  if (content)
    return { method, headers: { ...headers, "content-type": content.type }, body: new Uint8Array(content.bytes) };
  return { method, headers, ...(form ? { body: form } : {}) };
}

/** JSON, or the text itself where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function faultOf(status: number): ProviderFault {
  if (status === 401 || status === 403) return "denied";
  if (status === 404 || status === 410) return "not_found";
  if (status === 429) return "throttled";
  return status >= 500 ? "unreachable" : "refused";
}

/** Seconds until it may be asked again, where the answer says so. Source: rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfter(headers: Headers): number | null {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
