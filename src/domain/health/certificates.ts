import type { Configuration } from "../configuration.ts";
import type { Finding } from "./thresholds.ts";

/** When the certificates of all configured addresses end; there is nothing to choose. */
export type CertificatesQuestion = Readonly<Record<never, never>>;

export interface CertificatesFound {
  /** The one that ends first stands first among alike. */
  readonly findings: readonly Finding[];
}

/** What a server showed: its certificate's end, and why it is not to be trusted; null where nothing is wrong with it. */
export interface Certificate {
  readonly ends: Date;
  readonly issuer: string;
  readonly untrusted: string | null;
}

/** Asks a server for its certificate and nothing else. Throws ProviderError where it shows none. */
export type CertificateRead = (host: string, port: number) => Promise<Certificate>;

const warningDays = 30;
const criticalDays = 7;
const day = 86_400_000;

/** The servers of the configuration that answer by https, each once, with what they are for. */
export function certificateHosts(
  config: Configuration,
): readonly { readonly host: string; readonly port: number; readonly of: readonly string[] }[] {
  const addresses = config.services.flatMap((service) =>
    service.health.flatMap((place) => place.addresses.map(({ url }) => ({ url, of: service.title }))),
  );
  const { prometheus } = config.integrations;
  const others = [
    ...(prometheus ? [{ url: prometheus.url, of: "Prometheus" }] : []),
    ...(config.certificates ?? []).map((url) => ({ url, of: "certificates" })),
  ];
  const hosts = new Map<string, { readonly host: string; readonly port: number; readonly of: string[] }>();
  for (const { url, of } of [...addresses, ...others]) {
    if (!url.startsWith("https:")) continue;
    const { hostname, port } = new URL(url);
    const key = `${hostname}:${port}`;
    const known = hosts.get(key) ?? { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 443), of: [] };
    if (!known.of.includes(of)) known.of.push(of);
    hosts.set(key, known);
  }
  return [...hosts.values()];
}

/** How a certificate stands: it warns 30 days before its end, and is critical 7 days before it or when it is not to be trusted. */
export function certificateFinding(certificate: Certificate, now: Date): Pick<Finding, "state" | "detail"> {
  const days = Math.floor((certificate.ends.getTime() - now.getTime()) / day);
  const on = certificate.ends.toISOString().slice(0, 10);
  const when = days < 0 ? `ended on ${on}` : `ends in ${days} ${days === 1 ? "day" : "days"}, on ${on}`;
  const detail = `${when}, issued by ${certificate.issuer}${certificate.untrusted ? `; not trusted: ${certificate.untrusted}` : ""}`;
  if (days < criticalDays || certificate.untrusted) return { state: "critical", detail };
  return { state: days < warningDays ? "warning" : "ok", detail };
}
