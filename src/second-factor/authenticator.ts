import { randomBytes } from "node:crypto";
import type { Authenticator } from "../domain/factor/factor.ts";
import { createCodes } from "./codes.ts";
import { createPasskeys } from "./passkeys.ts";
import { createSeal } from "./seal.ts";

/** What second factors are made and checked with. `site` is where browsers reach the bot, without a slash at its end. */
export function createAuthenticator(options: { readonly key: string; readonly site: () => string }): Authenticator {
  const { site } = options;
  return {
    address: (path) => `${site()}${path}`,
    newToken: () => randomBytes(32).toString("base64url"),
    ...createCodes(createSeal(options.key)),
    ...createPasskeys(() => new URL(site())),
  };
}
