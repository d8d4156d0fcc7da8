import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { SandboxClock } from "../clock.ts";
import type { Caller, CloudApi } from "./api.ts";
import type { Calls } from "./calls.ts";
import { CloudError } from "./cloud-error.ts";
import { type CallFailure, type Faults, slowApiMilliseconds } from "./faults.ts";
import type { Input } from "./input.ts";
import { isSignedWith, readClaim } from "./signature.ts";
import { type Throttle, throttled } from "./throttle.ts";
import { type Answer, readRequest, unknownOperation, writeAnswer, writeError } from "./wire.ts";

export interface CloudRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HandleOptions {
  readonly apis: readonly CloudApi[];
  readonly keyOf: (accessKeyId: string) => AccessKey | undefined;
  readonly region: string;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly throttle: Throttle;
  readonly calls: Calls;
  /** Plays what has fallen due, before and after a call. */
  readonly settle: () => void;
}

/** What a caller signs with, and who that makes them; session keys carry a token and expire by the sandbox's clock. */
export interface AccessKey {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiresAt?: number;
  readonly caller: Caller;
}

const expiredToken = (protocol: CloudApi["protocol"]) =>
  protocol === "query"
    ? new CloudError("ExpiredToken", "The security token included in the request is expired", 403)
    : new CloudError("ExpiredTokenException", "The security token included in the request is expired");

/** Whether the caller's policies allow an action; asking who one is always is allowed, as on AWS. */
export function mayDo(caller: Caller, action: string): boolean {
  return action === "sts:GetCallerIdentity" || (caller.actions?.includes(action) ?? true);
}

/** AWS refuses signatures more than five minutes off. */
export const longestSkew = 5 * 60 * 1000;

export interface Handler {
  /** Answers one HTTP request as AWS would; "drop" means that the connection is to be broken off. */
  readonly handle: (request: CloudRequest) => Promise<Answer | "drop">;
  /** Calls that are being held up by a fault. */
  readonly waiting: () => number;
}

export function makeHandler(options: HandleOptions): Handler {
  const { apis, keyOf, region, clock, faults, throttle, calls, settle } = options;
  let waiting = 0;

  async function wait(milliseconds: number): Promise<void> {
    waiting += 1;
    await new Promise<void>((resolve) => void clock.after(milliseconds, resolve));
    waiting -= 1;
  }

  /** Who signed the request; throws unless it is signed with a key of ours for our region, now. */
  function authenticate(request: CloudRequest, protocol: CloudApi["protocol"]): Caller {
    const query = protocol === "query";
    const claim = readClaim(request.headers.authorization);
    const refuse = (json: string, form: string, message: string) =>
      new CloudError(query ? form : json, message, query ? 403 : 400);
    if (!claim) {
      throw refuse("MissingAuthenticationTokenException", "MissingAuthenticationToken", "Missing Authentication Token");
    }
    const key = keyOf(claim.accessKeyId);
    if (!key || (key.sessionToken !== undefined && key.sessionToken !== request.headers["x-amz-security-token"])) {
      const message = "The security token included in the request is invalid.";
      throw refuse("UnrecognizedClientException", "InvalidClientTokenId", message);
    }
    if (key.expiresAt !== undefined && clock.now() >= key.expiresAt) throw expiredToken(protocol);
    const broken = (message: string) => refuse("InvalidSignatureException", "SignatureDoesNotMatch", message);
    const api = apis.find(({ service }) => service === claim.service);
    if (claim.region !== (api?.region ?? region) && !api?.alsoIn?.includes(claim.region))
      throw broken(`Credential should be scoped to a valid region, not '${claim.region}'. `);
    if (!isSignedWith(key.secretAccessKey, claim, request)) {
      throw broken(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      );
    }
    // Signatures are a matter of the wall clock, whatever the sandbox's clock says.
    const stamp = String(request.headers["x-amz-date"] ?? "");
    const signedAt = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(Date.now() - signedAt) <= longestSkew)) {
      throw broken(`Signature expired: ${stamp} is now earlier than the time allowed.`);
    }
    return { ...key.caller, region: claim.region };
  }

  function apiOf(request: CloudRequest): {
    readonly api: CloudApi | undefined;
    readonly protocol: CloudApi["protocol"];
  } {
    const claim = readClaim(request.headers.authorization);
    const target = String(request.headers["x-amz-target"] ?? "");
    // An unsigned request is refused in any case; only the protocol of the refusal has to be found.
    const api = claim
      ? apis.find((one) => one.service === claim.service)
      : apis.find((one) => one.marker === target.split(".")[0]);
    return { api, protocol: api?.protocol ?? (target === "" ? "query" : "json-1.1") };
  }

  function failAs(failure: CallFailure, requestId: string, api: CloudApi): Answer | "drop" | undefined {
    if (failure.drop) return "drop";
    if (failure.error === undefined && failure.status === undefined) return undefined;
    const status =
      failure.status ?? (/^(Server|InternalService|InternalFailure)/.test(failure.error ?? "") ? 500 : 400);
    if (failure.error === undefined) {
      const body = `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>`;
      return { status, headers: { "content-type": "text/html", "x-amzn-requestid": requestId }, body };
    }
    const error = new CloudError(failure.error, failure.message ?? failure.error, status);
    return writeError(api.protocol, error, requestId, api.namespace);
  }

  async function perform(api: CloudApi, operation: string, read: () => Input, caller: Caller): Promise<object> {
    const run = Object.hasOwn(api.operations, operation) ? api.operations[operation] : undefined;
    if (!run) throw unknownOperation(api.protocol, operation, api.marker);
    const action = `${api.actions ?? api.service}:${operation}`;
    if (faults.isOn("slow-api", api.service, action)) await wait(slowApiMilliseconds);
    if (faults.isOn("throttle", api.service, action)) throw throttled(api);
    throttle.take(api, operation);
    if (faults.isOn("credentials-expired", api.service, action)) throw expiredToken(api.protocol);
    if (faults.isOn("deny", api.service, action) || !mayDo(caller, action)) {
      throw new CloudError(
        api.protocol === "query" ? "AccessDenied" : "AccessDeniedException",
        `User: ${caller.arn} is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`,
        api.protocol === "query" ? 403 : 400,
      );
    }
    const input = read();
    settle();
    const output = run(input, caller);
    settle();
    return output;
  }

  async function handle(request: CloudRequest): Promise<Answer | "drop"> {
    const requestId = randomUUID();
    const at = clock.now();
    const { api, protocol } = apiOf(request);
    let operation = "";
    let input: Input = {};
    let caller: Caller | null = null;
    const log = (error: string | null) => {
      const by = caller && { arn: caller.arn, sourceIdentity: caller.sourceIdentity ?? null };
      calls.add({ at, service: api?.service ?? "", operation, input, error, requestId, caller: by });
    };

    try {
      caller = authenticate(request, protocol);
      if (!api) throw unknownOperation(protocol, new URLSearchParams(request.body.toString()).get("Action") ?? "");
      const target = String(request.headers["x-amz-target"] ?? "");
      const asked = readRequest(api.protocol, api.marker, target, request.body.toString("utf8"));
      operation = asked.operation;
      input = asked.input();
      const failure = faults.take(operation);
      if (failure?.delayMs !== undefined) await wait(failure.delayMs);
      if (failure && !failure.afterwards) {
        const answer = failAs(failure, requestId, api);
        if (answer) {
          log(answer === "drop" ? "connection dropped" : (failure.error ?? `HTTP ${answer.status}`));
          return answer;
        }
      }
      const output = await perform(api, operation, () => input, caller);
      const lost = failure?.afterwards ? failAs(failure, requestId, api) : undefined;
      log(lost === undefined ? null : "carried out, answer lost");
      return lost ?? writeAnswer(api, operation, output, requestId);
    } catch (error) {
      const answer = error instanceof CloudError ? error : new CloudError("InternalFailure", String(error), 500);
      log(answer.code);
      return writeError(protocol, answer, requestId, api?.namespace);
    }
  }

  return { handle, waiting: () => waiting };
}
