/**
 * Posts of Amazon SNS: who signed them, and confirming a subscription. The only addresses that are ever fetched are
 * those of SNS itself. Source: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
import { createPublicKey, createVerify } from "node:crypto";
import { type Loose, record, word } from "../../alerts/body.ts";

/** Fetches an address over HTTPS without following it elsewhere; throws where nothing answers or it is no success. */
export type FetchText = (url: string) => Promise<string>;

/** What a post of SNS turned out to be. */
export type SnsPost =
  /** Not signed by SNS, or for another topic. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "message"; readonly body: string }
  /** The topic asks whether its posts are wanted; it was told so. */
  | { readonly kind: "confirmed" }
  /** Something that needs nothing, such as the end of a subscription. */
  | { readonly kind: "nothing" };

/** What is signed of each type, in this order. */
const signed: Readonly<Record<string, readonly string[]>> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
  UnsubscribeConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};
const algorithms: Readonly<Record<string, string>> = { "1": "RSA-SHA1", "2": "RSA-SHA256" };
/** Keys change about once a year; a handful covers every region. */
const mostCertificates = 20;

export function createSns(fetchText: FetchText) {
  const certificates = new Map<string, string>();

  async function certificate(url: string): Promise<string> {
    const known = certificates.get(url);
    if (known) return known;
    const text = await fetchText(url);
    if (certificates.size >= mostCertificates) certificates.clear();
    certificates.set(url, text);
    return text;
  }

  /** Reads a post for a topic. Throws where SNS cannot be reached to check it, so that it is sent again. */
  return async (parsed: unknown, topic: string): Promise<SnsPost> => {
    const post = record(parsed);
    const type = word(post.Type) ?? "";
    const fields = signed[type];
    const algorithm = algorithms[word(post.SignatureVersion) ?? ""];
    const from = snsAddress(word(post.SigningCertURL));
    if (!fields || !algorithm || !from || !/^\/[\w-]+\.pem$/.test(from.pathname) || from.search !== "")
      return { kind: "refused", why: "wrong signature" };
    if (post.TopicArn !== topic) return { kind: "refused", why: "another topic" };
    const verify = createVerify(algorithm).update(signedText(post, fields));
    if (!isRight(verify, await certificate(from.href), word(post.Signature) ?? ""))
      return { kind: "refused", why: "wrong signature" };
    if (type === "Notification") return { kind: "message", body: word(post.Message) ?? "" };
    if (type !== "SubscriptionConfirmation") return { kind: "nothing" };
    const confirm = snsAddress(word(post.SubscribeURL));
    if (confirm?.searchParams.get("TopicArn") !== topic || confirm.searchParams.get("Action") !== "ConfirmSubscription")
      return { kind: "refused", why: "another topic" };
    await fetchText(confirm.href);
    return { kind: "confirmed" };
  };
}

function signedText(post: Loose, fields: readonly string[]): string {
  return fields.flatMap((name) => (typeof post[name] === "string" ? [`${name}\n${post[name]}\n`] : [])).join("");
}

function isRight(verify: ReturnType<typeof createVerify>, certificate: string, signature: string): boolean {
  try {
    return verify.verify(createPublicKey(certificate), signature, "base64");
  } catch {
    // No certificate, or no signature: nobody has proved anything.
    return false;
  }
}

/** An address of SNS in some region, over HTTPS; null for any other. */
function snsAddress(text: string | null): URL | null {
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isSns = /^sns\.[a-z]{2}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com(?:\.cn)?$/.test(url.hostname);
  return isSns && url.protocol === "https:" && url.port === "" && url.username === "" && url.password === ""
    ? url
    : null;
}

/** Neither certificates nor confirmations are larger. */
const mostCharacters = 64 * 1024;

/** Fetches with five seconds of patience, and follows nobody elsewhere. */
export const fetchText: FetchText = async (url) => {
  const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${new URL(url).hostname} answered ${answer.status}`);
  const text = await answer.text();
  if (text.length > mostCharacters) throw new Error(`${new URL(url).hostname} answered too much`);
  return text;
};
