import type { CloudApi } from "./api.ts";
import { CloudError } from "./cloud-error.ts";
import type { Input } from "./input.ts";

type Protocol = CloudApi["protocol"];

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The operation a request names, and what it is called with. */
export function readRequest(
  protocol: Protocol,
  marker: string,
  target: string | undefined,
  body: string,
): { readonly operation: string; readonly input: () => Input } {
  if (protocol === "query") {
    const form = new URLSearchParams(body);
    const operation = form.get("Action") ?? "";
    if (form.get("Version") !== marker) throw new CloudError("InvalidAction", unknownAction(form));
    return { operation, input: () => formTree(form) };
  }
  const [prefix, operation = ""] = (target ?? "").split(".");
  if (prefix !== marker) throw unknownOperation(protocol, operation);
  return { operation, input: () => jsonInput(body) };
}

export function unknownOperation(protocol: Protocol, operation: string, version = ""): CloudError {
  return protocol === "query"
    ? new CloudError("InvalidAction", `Could not find operation ${operation} for version ${version}`)
    : new CloudError("UnknownOperationException", "");
}

const unknownAction = (form: URLSearchParams) =>
  `Could not find operation ${form.get("Action") ?? ""} for version ${form.get("Version") ?? ""}`;

function jsonInput(body: string): Input {
  let value: unknown;
  try {
    value = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new CloudError("SerializationException", "Unable to parse the request body.");
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new CloudError("SerializationException", "Start of structure or map found where not expected.");
  }
  return value as Input;
}

/** `Filters.Filter.1.Name=x` as a tree: numbered keys are lists, and `member` or a name around a list is left out. */
export function formTree(form: URLSearchParams): Input {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of form) {
    if (key === "Action" || key === "Version") continue;
    const parts = key.split(".");
    let node = tree;
    for (const part of parts.slice(0, -1)) {
      const child = Object.hasOwn(node, part) ? node[part] : undefined;
      const next = child !== null && typeof child === "object" ? (child as Record<string, unknown>) : {};
      Object.defineProperty(node, part, { value: next, enumerable: true, configurable: true, writable: true });
      node = next;
    }
    const last = parts.at(-1) ?? key;
    Object.defineProperty(node, last, { value, enumerable: true, configurable: true, writable: true });
  }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, withLists(value)]));
}

const isNumbered = (node: unknown) =>
  node !== null && typeof node === "object" && Object.keys(node).every((key) => /^\d+$/.test(key));

function withLists(node: unknown): unknown {
  if (node === null || typeof node !== "object") return node;
  const entries = Object.entries(node);
  if (isNumbered(node)) {
    return entries.sort(([one], [other]) => Number(one) - Number(other)).map(([, value]) => withLists(value));
  }
  const [only] = entries;
  if (only && entries.length === 1 && isNumbered(only[1])) return withLists(only[1]);
  return Object.fromEntries(entries.map(([key, value]) => [key, withLists(value)]));
}

export function writeAnswer(api: CloudApi, operation: string, output: object, requestId: string): Answer {
  if (api.protocol !== "query") return json(api.protocol, 200, output, requestId);
  const inner = xml(output, api.itemNames);
  const body = `<${operation}Response xmlns="${api.namespace}"><${operation}Result>${inner}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
  return { status: 200, headers: { "content-type": "text/xml", "x-amzn-requestid": requestId }, body };
}

export function writeError(protocol: Protocol, error: CloudError, requestId: string, namespace = ""): Answer {
  const { code, status, message } = error;
  if (protocol !== "query") {
    const answer = json(protocol, status, { __type: code, ...(message ? { message } : {}) }, requestId);
    // Query-compatible clients (CloudWatch) read the code from here.
    const sender = `${code};${status < 500 ? "Sender" : "Receiver"}`;
    return protocol === "json-1.0"
      ? { ...answer, headers: { ...answer.headers, "x-amzn-query-error": sender } }
      : answer;
  }
  const type = status < 500 ? "Sender" : "Receiver";
  const body = `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml", "x-amzn-requestid": requestId }, body };
}

function json(protocol: Protocol, status: number, output: object, requestId: string): Answer {
  const version = protocol === "json-1.0" ? "1.0" : "1.1";
  return {
    status,
    headers: { "content-type": `application/x-amz-json-${version}`, "x-amzn-requestid": requestId },
    body: JSON.stringify(output),
  };
}

function xml(value: unknown, itemNames: Readonly<Record<string, string>> = {}, itemName = "member"): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    return value.map((item) => `<${itemName}>${xml(item, itemNames)}</${itemName}>`).join("");
  }
  if (value !== null && typeof value === "object") {
    return Object.entries(value)
      .filter(([, inner]) => inner !== undefined && inner !== null)
      .map(([key, inner]) => `<${key}>${xml(inner, itemNames, itemNames[key])}</${key}>`)
      .join("");
  }
  return escaped(String(value));
}

export const escaped = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
