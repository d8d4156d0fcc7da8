/** A passkey in software, as a browser and its authenticator together answer WebAuthn (ES256, "none" attestation). */
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";

export interface PasskeyFaults {
  readonly origin?: string;
  readonly rpId?: string;
  /** The person was present and not verified. */
  readonly unverified?: boolean;
  readonly challenge?: string;
  readonly counter?: number;
}

type Options = Readonly<Record<string, unknown>>;

const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();

/** The few forms of CBOR that attestation takes (rfc-editor.org/rfc/rfc8949). */
function cbor(value: number | string | Buffer | Map<number | string, unknown>): Buffer {
  const head = (major: number, size: number): Buffer => {
    if (size < 24) return Buffer.from([(major << 5) | size]);
    if (size < 256) return Buffer.from([(major << 5) | 24, size]);
    return Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
  };
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const parts = [...value].flatMap(([key, item]) => [cbor(key), cbor(item as never)]);
  return Buffer.concat([head(5, value.size), ...parts]);
}

export function createSoftPasskey(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const id = randomBytes(16);
  let counter = 0;

  const clientData = (type: string, options: Options, faults: PasskeyFaults): Buffer =>
    Buffer.from(
      JSON.stringify({
        type,
        challenge: faults.challenge ?? options.challenge,
        origin: faults.origin ?? origin,
        crossOrigin: false,
      }),
    );
  const authData = (rpId: string, faults: PasskeyFaults, attested: Buffer | null): Buffer => {
    counter = faults.counter ?? counter + 1;
    const flags = 0x01 | (faults.unverified ? 0 : 0x04) | (attested ? 0x40 : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(faults.rpId ?? rpId), Buffer.from([flags]), count, attested ?? Buffer.alloc(0)]);
  };

  return {
    id: id.toString("base64url"),
    /** What navigator.credentials.create answers, as JSON. */
    make: (options: Options, faults: PasskeyFaults = {}): object => {
      const key = new Map<number | string, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, "base64url")],
        [-3, Buffer.from(y, "base64url")],
      ]);
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cbor(key)]);
      const { id: rpId } = options.rp as { readonly id: string };
      const object = new Map<number | string, unknown>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", authData(rpId, faults, attested)],
      ]);
      return {
        id: id.toString("base64url"),
        rawId: id.toString("base64url"),
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData("webauthn.create", options, faults).toString("base64url"),
          attestationObject: cbor(object).toString("base64url"),
          transports: ["internal"],
        },
      };
    },
    /** What navigator.credentials.get answers, as JSON. */
    sign: (options: Options, faults: PasskeyFaults = {}): object => {
      const client = clientData("webauthn.get", options, faults);
      const data = authData(String(options.rpId), faults, null);
      const signature = createSign("sha256")
        .update(Buffer.concat([data, sha256(client)]))
        .sign(privateKey);
      return {
        id: id.toString("base64url"),
        rawId: id.toString("base64url"),
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString("base64url"),
          authenticatorData: data.toString("base64url"),
          signature: signature.toString("base64url"),
          userHandle: null,
        },
      };
    },
  };
}
