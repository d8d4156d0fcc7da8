import { Secret, TOTP } from "otpauth";
import encodeQR from "qr";
import type { Authenticator } from "../domain/factor/factor.ts";
import type { Seal } from "./seal.ts";

const issuer = "Tocsin";
const period = 30;

/** Codes of authenticator apps: SHA-1, six digits, 30 seconds (datatracker.ietf.org/doc/html/rfc6238), which every app knows. */
export function createCodes(seal: Seal): Pick<Authenticator, "newSecret" | "stepOf"> {
  const totpOf = (secret: Secret, label: string) =>
    new TOTP({ issuer, label, algorithm: "SHA1", digits: 6, period, secret });
  return {
    newSecret: ({ userId, account }) => {
      const secret = new Secret({ size: 20 });
      const uri = totpOf(secret, account).toString();
      return { sealed: seal.close(secret.base32, userId), text: secret.base32, uri, picture: encodeQR(uri, "svg") };
    },
    stepOf: ({ sealed, userId }, code, at) => {
      if (sealed === null) return null;
      const totp = totpOf(Secret.fromBase32(seal.open(sealed, userId)), userId);
      const timestamp = at.getTime();
      const beside = totp.validate({ token: code, timestamp, window: 1 });
      return beside === null ? null : Math.floor(timestamp / 1000 / period) + beside;
    },
  };
}
