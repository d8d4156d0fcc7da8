import { createPrivateKey, createSign } from "node:crypto";
import type { GoogleDocsIntegration } from "../../domain/integrations.ts";
import { ProviderError } from "../../errors.ts";
import { askService, type WebService } from "../web-service.ts";

/** A service account sees only what is shared with it; less than this does not reach a folder that people made. */
const scope = "https://www.googleapis.com/auth/drive";
const lifeSeconds = 3600;
/** A token this near its end is not used any more. */
const spareMilliseconds = 60_000;

/**
 * Tokens of a service account, each kept for its hour; `fresh` asks for a new one. Signed with the account's key (RS256).
 * Source: developers.google.com/identity/protocols/oauth2/service-account
 */
export function accessTokens({ tokenUrl, account, actAs }: GoogleDocsIntegration) {
  const service: WebService = {
    id: "googleDocs",
    title: "Google Docs",
    headers: { accept: "application/json" },
    requestIdHeader: "x-google-request-id",
    reason,
  };
  let kept: { readonly token: string; readonly until: number } | null = null;
  return async ({ fresh = false } = {}): Promise<string> => {
    if (kept && !fresh && kept.until > Date.now()) return kept.token;
    const form = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertion({ tokenUrl, account, actAs }),
    });
    const content = { type: "application/x-www-form-urlencoded", bytes: new TextEncoder().encode(form.toString()) };
    const asked = { operation: "get-token", method: "POST", url: tokenUrl, content } as const;
    const answer = (await askService(service, asked).catch((error: unknown) => {
      throw error instanceof ProviderError && error.fault === "refused" ? notTaken(error) : error;
    })) as { readonly access_token?: unknown; readonly expires_in?: unknown };
    const token = answer?.access_token;
    if (typeof token !== "string") throw denied("no-token", "Google Docs: the service account's key brought no token");
    kept = { token, until: Date.now() + Number(answer.expires_in ?? lifeSeconds) * 1000 - spareMilliseconds };
    return token;
  };
}

function assertion({
  tokenUrl,
  account,
  actAs,
}: Pick<GoogleDocsIntegration, "tokenUrl" | "account" | "actAs">): string {
  const seconds = Math.floor(Date.now() / 1000);
  const head = { alg: "RS256", typ: "JWT", ...(account.keyId ? { kid: account.keyId } : {}) };
  const claims = {
    iss: account.email,
    scope,
    aud: tokenUrl,
    iat: seconds,
    exp: seconds + lifeSeconds,
    ...(actAs ? { sub: actAs } : {}),
  };
  const signed = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  try {
    const key = createPrivateKey(account.privateKey);
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
  } catch {
    // What the key looks like stays out of every message.
    throw denied("bad-key", "Google Docs: the service account's private key cannot be read");
  }
}

function notTaken(error: ProviderError): ProviderError {
  const words = error.message.replace(/^Google Docs: /, "");
  return denied(error.code, `Google Docs: the service account's key was not taken (${words})`);
}

function denied(code: string, message: string): ProviderError {
  return new ProviderError({ provider: "googleDocs", operation: "get-token", fault: "denied", code, message });
}

function reason(body: unknown): string | null {
  const { error, error_description: words } = (typeof body === "object" ? (body ?? {}) : {}) as {
    readonly error?: unknown;
    readonly error_description?: unknown;
  };
  const said = [error, words].filter((one) => typeof one === "string");
  return said.join(": ").slice(0, 300) || null;
}
