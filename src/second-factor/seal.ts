import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { Refusal } from "../errors.ts";

/** Encrypts and decrypts short secrets with a key of the environment; `owner` is whose it is and bound to it. */
export interface Seal {
  readonly close: (secret: string, owner: string) => string;
  /** Throws a Refusal where it was sealed with another key or is somebody else's. */
  readonly open: (sealed: string, owner: string) => string;
}

/** AES-256-GCM. What is sealed names its key by eight characters of a hash, so that a changed key is told from damage. */
export function createSeal(key: string): Seal {
  const bytes = createHash("sha256").update(`tocsin second factor\n${key}`).digest();
  const keyName = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  return {
    close: (secret, owner) => {
      const start = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", bytes, start).setAAD(Buffer.from(owner));
      const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return ["v1", keyName, ...[start, cipher.getAuthTag(), body].map((part) => part.toString("base64url"))].join(".");
    },
    open: (sealed, owner) => {
      const [version, name, ...parts] = sealed.split(".");
      const [start, tag, body] = parts.map((part) => Buffer.from(part, "base64url"));
      if (version !== "v1" || name !== keyName || !start || !tag || !body) throw unreadable();
      try {
        const cipher = createDecipheriv("aes-256-gcm", bytes, start).setAAD(Buffer.from(owner)).setAuthTag(tag);
        return Buffer.concat([cipher.update(body), cipher.final()]).toString("utf8");
      } catch {
        throw unreadable();
      }
    },
  };
}

function unreadable(): Refusal {
  return new Refusal(
    "needs_factor",
    "Your authenticator app was set up with another key than this installation has now, so its codes cannot be checked.",
    "Ask an admin to take it away (`/ops factor remove`), then set it up again.",
  );
}
