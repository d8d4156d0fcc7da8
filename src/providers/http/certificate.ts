import { connect, type TLSSocket } from "node:tls";
import type { Certificate, CertificateRead } from "../../domain/health/certificates.ts";
import { ProviderError, type ProviderFault } from "../../errors.ts";

const timeoutMilliseconds = 4500;

/** Shakes hands and hangs up. One that is not to be trusted is read all the same: when it ends is what people ask. */
export const readCertificate: CertificateRead = (host, port) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: /^[\d.:]+$/.test(host) ? "" : host, rejectUnauthorized: false });
    const end = (done: () => void): void => {
      socket.destroy();
      done();
    };
    socket.setTimeout(timeoutMilliseconds, () =>
      end(() => reject(failure("timeout", "NoAnswer", "It showed no certificate in time."))),
    );
    socket.once("error", (error: Error & { readonly code?: string }) =>
      end(() => reject(failure("unreachable", error.code ?? "NoConnection", "It could not be connected to."))),
    );
    socket.once("secureConnect", () => {
      const shown = shownBy(socket);
      end(() => (shown instanceof ProviderError ? reject(shown) : resolve(shown)));
    });
  });

function shownBy(socket: TLSSocket): Certificate | ProviderError {
  const shown = socket.getPeerCertificate();
  const ends = new Date(shown.valid_to);
  if (Number.isNaN(ends.getTime())) return failure("refused", "NoCertificate", "It showed no certificate.");
  const { O, CN } = shown.issuer ?? {};
  const trouble = socket.authorizationError as unknown;
  const code = trouble instanceof Error && "code" in trouble ? String(trouble.code) : trouble ? String(trouble) : null;
  // That it has ended is said by its date.
  const untrusted = code === null || code === "CERT_HAS_EXPIRED" ? null : (words[code] ?? code);
  return { ends, issuer: textOf(O) ?? textOf(CN) ?? "nobody named", untrusted };
}

/** Source: nodejs.org/api/tls.html#x509-certificate-error-codes */
const words: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "it signed itself",
  SELF_SIGNED_CERT_IN_CHAIN: "its chain ends with one that signed itself",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its chain is not complete",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its issuer is not known here",
  ERR_TLS_CERT_ALTNAME_INVALID: "it is for another name",
  CERT_NOT_YET_VALID: "it does not hold yet",
};

function textOf(value: string | readonly string[] | undefined): string | null {
  return typeof value === "string" ? value : (value?.[0] ?? null);
}

function failure(fault: ProviderFault, code: string, message: string): ProviderError {
  return new ProviderError({ provider: "TLS", operation: "handshake", fault, code, message });
}
