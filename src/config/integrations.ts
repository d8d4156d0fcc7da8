import { z } from "zod";
import type { Integrations } from "../domain/integrations.ts";
import { completeDestinations, destinations } from "./destinations.ts";
import { address, choice, count, list, object, right, text } from "./pieces.ts";
import { base, site, token, url } from "./web-addresses.ts";

const pagerduty = object({
  url: url("https://api.pagerduty.com"),
  events_url: address.describe("Base of the Events API v2.").default("https://events.pagerduty.com"),
  token: token("REST API key, read-only is enough"),
  webhook_secret: token("Secret of a webhook to /webhooks/pagerduty: answers there are seen at once").optional(),
});

const labelForm = right("write a label without spaces, such as incident");
const labels = list(z.string(labelForm).regex(/^\S{1,50}$/, labelForm)).describe("Labels every issue gets.");
const repositoryForm = right("write owner/name, such as waooaw/platform");
const projectForm = right("write a project's key, such as OPS");

const repository = z.string(repositoryForm).regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, repositoryForm);
const project = z.string(projectForm).regex(/^[A-Z][A-Z0-9_]+$/, projectForm);

const github = object({
  url: url("https://api.github.com"),
  token: token("Fine-grained token with read and write on issues"),
  repository: repository.describe("Where issues are made: owner/name."),
  private_repository: repository
    .describe("Where those of private incidents are made; none is when left out.")
    .optional(),
  labels: labels.optional(),
});

const jira = object({
  url: site.describe("Address of the site."),
  email: text.describe("Whose API token it is."),
  token: token("API token"),
  project: project.describe("Key of the project."),
  private_project: project
    .describe("Key of the project for those of private incidents; none is made when left out.")
    .optional(),
  issue_type: text.describe("What kind of issue is made; Task when left out.").optional(),
  labels: labels.optional(),
});

const pageForm = right("write the page's id, such as kctbh9vrtdwd");
const statuspage = object({
  url: url("https://api.statuspage.io"),
  token: token("API key"),
  page: z
    .string(pageForm)
    .regex(/^[A-Za-z0-9]{3,40}$/, pageForm)
    .describe("Id of the page."),
  components: z
    .record(text, text, right("write a map: a component of status_page, a colon, and its id there"))
    .describe("Ids of its components, by the names status_page has for them.")
    .optional(),
});

const prometheus = object({
  url: address.describe("Base of the server, such as http://prometheus:9090."),
  token: token("Bearer token, where it asks for one").optional(),
});

const mailboxForm = right("write an address, such as tocsin@example.com or Tocsin <tocsin@example.com>");
const addressForm = right("write an e-mail address, such as board@example.com");
/** Addresses of people or lists. */
export const mailAddresses = list(z.string(addressForm).regex(/^[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+$/, addressForm));
const mail = object({
  host: text.describe("Name of the SMTP server."),
  port: count(65_535).describe("587 by default; 465 where tls is always.").optional(),
  tls: choice(["starttls", "always", "none"])
    .describe("starttls by default: encrypted or not at all; none only for a server on the same machine.")
    .optional(),
  user: text.describe("Who the password is of; left out where the server asks for none.").optional(),
  password: token("Its password").optional(),
  from: z
    .string(mailboxForm)
    .regex(/^([^<>\r\n]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, mailboxForm)
    .describe("Who mails are from."),
  to: mailAddresses.describe("Where every update of an incident goes, unless its severity names its own.").optional(),
});

export const integrations = object({
  mail: mail.describe("A mail server: updates of incidents go to mail lists.").optional(),
  confluence: destinations.confluence.describe("Confluence Cloud: published post-mortems are pages there.").optional(),
  notion: destinations.notion.describe("Notion: published post-mortems are pages there.").optional(),
  google_docs: destinations.googleDocs
    .describe("Google Docs: published post-mortems are documents in a folder of Drive.")
    .optional(),
  git: destinations.git.describe("A git repository: published post-mortems are folders there.").optional(),
  prometheus: prometheus.describe("Figures for thresholds that name a query.").optional(),
  pagerduty: pagerduty.describe("Who is on call, and another way to page people.").optional(),
  github: github.describe("Where action items and incidents become issues.").optional(),
  jira: jira.describe("Where action items and incidents become issues.").optional(),
  statuspage: statuspage.describe("Atlassian Statuspage: what is published goes there as well.").optional(),
}).describe("Web services Tocsin works with.");

type Written = z.infer<typeof integrations>;

export function completeIntegrations(written: Written): Integrations {
  const { pagerduty, github, jira, statuspage, prometheus } = written;
  return {
    mail: written.mail ? completeMail(written.mail) : null,
    ...completeDestinations(written),
    pagerduty: pagerduty
      ? {
          url: base(pagerduty.url),
          eventsUrl: base(pagerduty.events_url),
          token: pagerduty.token,
          webhookSecret: pagerduty.webhook_secret ?? null,
        }
      : null,
    github: github
      ? {
          url: base(github.url),
          token: github.token,
          repository: github.repository,
          privateRepository: github.private_repository ?? null,
          labels: github.labels ?? ["incident"],
        }
      : null,
    jira: jira
      ? {
          url: base(jira.url),
          email: jira.email,
          token: jira.token,
          project: jira.project,
          privateProject: jira.private_project ?? null,
          issueType: jira.issue_type ?? "Task",
          labels: jira.labels ?? ["incident"],
        }
      : null,
    statuspage: statuspage
      ? {
          url: base(statuspage.url),
          token: statuspage.token,
          page: statuspage.page,
          components: new Map(Object.entries(statuspage.components ?? {})),
        }
      : null,
    prometheus: prometheus ? { url: base(prometheus.url), token: prometheus.token ?? null } : null,
  };
}

function completeMail(written: NonNullable<Written["mail"]>): NonNullable<Integrations["mail"]> {
  const tls = written.tls ?? "starttls";
  const { user, password } = written;
  return {
    host: written.host,
    port: written.port ?? (tls === "always" ? 465 : 587),
    tls,
    login: user && password ? { user, password } : null,
    from: written.from,
    to: written.to ?? [],
  };
}

/** A page elsewhere shows what our own does: it needs one, and components of it. */
export function statuspageMisfits(written: {
  readonly integrations?: Written | undefined;
  readonly status_page?: { readonly components: Readonly<Record<string, unknown>> } | undefined;
}): readonly { readonly path: readonly string[]; readonly key?: boolean; readonly text: string }[] {
  const there = written.integrations?.statuspage;
  if (!there) return [];
  const path = ["integrations", "statuspage"];
  if (!written.status_page) return [{ path, key: true, text: "shows what status_page does; add that section first." }];
  const known = Object.keys(written.status_page.components);
  return Object.keys(there.components ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: [...path, "components", name],
      key: true,
      text: `is no component of status_page; there are ${known.join(", ")}.`,
    }));
}
