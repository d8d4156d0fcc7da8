import { z } from "zod";
import type { Integrations } from "../domain/integrations.ts";
import { address, flag, object, right, text } from "./pieces.ts";
import { base, site, token, url } from "./web-addresses.ts";

const isPrivate = flag.describe("Those of private incidents go there too; false when left out.").optional();
const pageIdForm = right("write the page's id in quotes: the number in its address");
const confluence = object({
  url: site.describe("Address of the site."),
  email: text.describe("Whose API token it is."),
  token: token("API token"),
  space: text.describe("Key of the space, such as OPS."),
  parent: z
    .string(pageIdForm)
    .regex(/^\d{1,20}$/, pageIdForm)
    .describe("Id of the page they are put below; the top of the space when left out.")
    .optional(),
  private: isPrivate,
});

const notionIdForm = right("write the page's id: the 32 letters and digits at the end of its address");
const notion = object({
  url: url("https://api.notion.com"),
  token: token("Secret of the connection that the page is shared with"),
  parent: z
    .string(notionIdForm)
    .regex(/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i, notionIdForm)
    .describe("Id of the page they are put below."),
  private: isPrivate,
});

const folderIdForm = right("write the folder's id: the letters and digits at the end of its address");
const keyForm = right(
  `write \${NAME} and set it to the JSON key of the service account, as it was downloaded, or that in base64`,
);
const addressOfPerson = right("write an e-mail address, such as publisher@example.com");
const googleDocs = object({
  url: url("https://www.googleapis.com"),
  token_url: address
    .describe("Where the service account's signature becomes a token.")
    .default("https://oauth2.googleapis.com/token"),
  key: z
    .string(keyForm)
    .refine((written) => accountOf(written) !== null, keyForm)
    .describe(`JSON key of the service account, whole or in base64; write \${NAME} and set it in the environment.`),
  folder: z
    .string(folderIdForm)
    .regex(/^[A-Za-z0-9_-]{10,100}$/, folderIdForm)
    .describe("Id of the folder they go into; the service account must be allowed to add files to it."),
  act_as: z
    .string(addressOfPerson)
    .regex(/^[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+$/, addressOfPerson)
    .describe("Whom it acts as, by domain-wide delegation; itself when left out.")
    .optional(),
  private: isPrivate,
});

/** The service account that a JSON key is of; null where the text is none. */
function accountOf(written: string): NonNullable<Integrations["googleDocs"]>["account"] | null {
  const json = written.trimStart().startsWith("{") ? written : Buffer.from(written, "base64").toString("utf8");
  try {
    const { client_email: email, private_key: privateKey, private_key_id: keyId } = JSON.parse(json);
    const isKey = typeof privateKey === "string" && privateKey.includes("PRIVATE KEY-----");
    if (typeof email !== "string" || !isKey) return null;
    return { email, privateKey, keyId: typeof keyId === "string" ? keyId : null };
  } catch {
    return null;
  }
}

const remoteForm = right(
  "write https://…, ssh://…, git@host:path or file:///…, without a password in it (that is what token is for)",
);
const branchForm = right("write a branch's name, such as main");
const folderForm = right("write a folder's path, such as incidents/2026");
const authorForm = right("write a name and an address, such as Tocsin <tocsin@example.com>");
const git = object({
  url: z
    .string(remoteForm)
    .regex(/^(https?:\/\/[^\s@]+|ssh:\/\/[^\s:]+(:\d+\/\S*)?|[\w.-]+@[\w.-]+:\S+|file:\/\/\/\S+)$/, remoteForm)
    .describe("The repository."),
  branch: z
    .string(branchForm)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,100}$/, branchForm)
    .describe("The branch; main when left out.")
    .optional(),
  folder: z
    .string(folderForm)
    .regex(/^[\p{L}\p{N}_-][\p{L}\p{N} ._-]*(\/[\p{L}\p{N}_-][\p{L}\p{N} ._-]*)*$/u, folderForm)
    .describe("The folder that holds one for each incident; the top when left out.")
    .optional(),
  token: token("Password or token, for https").optional(),
  user: text.describe("Who the token is for; x-access-token when left out, as GitHub and GitLab take it.").optional(),
  author: z
    .string(authorForm)
    .regex(/^[^<>\n]+ <[^\s<>@]+@[^\s<>@]+>$/, authorForm)
    .describe("Who commits; Tocsin <tocsin@localhost> when left out.")
    .optional(),
  private: isPrivate,
});

/** Where published post-mortems go, as people write it. */
export const destinations = { confluence, notion, googleDocs, git };

interface Written {
  readonly confluence?: z.infer<typeof confluence> | undefined;
  readonly notion?: z.infer<typeof notion> | undefined;
  readonly google_docs?: z.infer<typeof googleDocs> | undefined;
  readonly git?: z.infer<typeof git> | undefined;
}

/** Where published post-mortems go. */
export function completeDestinations({
  confluence,
  notion,
  google_docs: docs,
  git,
}: Written): Pick<Integrations, "confluence" | "notion" | "googleDocs" | "git"> {
  const account = docs ? accountOf(docs.key) : null;
  const [, name = "Tocsin", email = "tocsin@localhost"] = /^(.+) <(.+)>$/.exec(git?.author ?? "") ?? [];
  return {
    confluence: confluence
      ? {
          url: base(confluence.url),
          email: confluence.email,
          token: confluence.token,
          space: confluence.space,
          parent: confluence.parent ?? null,
          private: confluence.private ?? false,
        }
      : null,
    notion: notion
      ? {
          url: base(notion.url),
          token: notion.token,
          parent: notion.parent.replaceAll("-", ""),
          private: notion.private ?? false,
        }
      : null,
    googleDocs:
      docs && account
        ? {
            url: base(docs.url),
            tokenUrl: docs.token_url,
            account,
            folder: docs.folder,
            actAs: docs.act_as ?? null,
            private: docs.private ?? false,
          }
        : null,
    git: git
      ? {
          url: git.url,
          branch: git.branch ?? "main",
          folder: git.folder ?? "",
          token: git.token ?? null,
          user: git.user ?? "x-access-token",
          author: { name: name.trim(), email },
          private: git.private ?? false,
        }
      : null,
  };
}
