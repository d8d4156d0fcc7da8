import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { Authenticator, Passkey } from "../domain/factor/factor.ts";

/** Source: w3.org/TR/webauthn-3/#dom-publickeycredentialcreationoptions-timeout */
const timeout = 120_000;

/**
 * Passkeys for the site people reach the bot's pages at: its address is what the browser signs, so a page elsewhere
 * gets nothing. The person must be verified (finger, face, PIN), not only present.
 */
export function createPasskeys(
  site: () => URL,
): Pick<Authenticator, "ready" | "registration" | "registered" | "assertion" | "asserted"> {
  const expected = (challenge: string) => ({
    expectedChallenge: challenge,
    expectedOrigin: site().origin,
    expectedRPID: site().hostname,
    requireUserVerification: true,
  });
  const named = (known: readonly Passkey[]) =>
    known.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: transports as AuthenticatorTransport[],
    }));
  return {
    ready: async () => void (await import("@simplewebauthn/server")),
    registration: async ({ userId, name, known }) => {
      const { generateRegistrationOptions } = await import("@simplewebauthn/server");
      const options = await generateRegistrationOptions({
        rpName: "Tocsin",
        rpID: site().hostname,
        userName: name,
        userDisplayName: name,
        userID: new TextEncoder().encode(userId),
        attestationType: "none",
        excludeCredentials: named(known),
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        timeout,
      });
      return { challenge: options.challenge, options };
    },
    registered: async (answer, challenge) => {
      const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
      const verified = await orNull(() =>
        verifyRegistrationResponse({ response: answer as RegistrationResponseJSON, ...expected(challenge) }),
      );
      if (!verified?.verified) return null;
      const { credential } = verified.registrationInfo;
      return {
        credentialId: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString("base64url"),
        counter: credential.counter,
        transports: credential.transports ?? [],
      };
    },
    assertion: async (known) => {
      const { generateAuthenticationOptions } = await import("@simplewebauthn/server");
      const options = await generateAuthenticationOptions({
        rpID: site().hostname,
        allowCredentials: named(known),
        userVerification: "required",
        timeout,
      });
      return { challenge: options.challenge, options };
    },
    asserted: async (answer, challenge, passkey) => {
      const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
      const verified = await orNull(() =>
        verifyAuthenticationResponse({
          response: answer as AuthenticationResponseJSON,
          ...expected(challenge),
          credential: {
            id: passkey.credentialId,
            publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
            counter: passkey.counter,
            transports: passkey.transports as AuthenticatorTransport[],
          },
        }),
      );
      return verified?.verified ? verified.authenticationInfo.newCounter : null;
    },
  };
}

/** The library throws for whatever does not hold, damaged input included: to us each of these is a no. */
async function orNull<T>(check: () => Promise<T>): Promise<T | null> {
  try {
    return await check();
  } catch {
    return null;
  }
}
