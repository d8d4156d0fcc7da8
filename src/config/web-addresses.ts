import { z } from "zod";
import { address, right, text } from "./pieces.ts";

/** Where a service answers: its real address, unless a proxy or a stand-in takes its place. */
export const url = (real: string) => address.describe("Base of its API.").default(real);
export const token = (what: string) => text.describe(`${what}; write \${NAME} and set it in the environment.`);

const siteForm = right("write the site's address, such as https://example.atlassian.net");
export const site = z.string(siteForm).regex(/^https?:\/\/[^\s<>|]{1,2000}$/, siteForm);

/** An address without the slashes at its end. */
export function base(url: string): string {
  return url.replace(/\/+$/, "");
}
