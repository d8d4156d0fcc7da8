import type { SandboxClock } from "../clock.ts";
import { type ConfluenceStandIn, createConfluence } from "./confluence.ts";
import { createGitServer, type GitStandIn } from "./git.ts";
import { createGitHub, type GitHubStandIn } from "./github.ts";
import { createGoogleDocs, type GoogleDocsStandIn } from "./google-docs.ts";
import { createHealth, type HealthStandIn, healthPointed } from "./health.ts";
import { createJira, type JiraStandIn } from "./jira.ts";
import { type MailStandIn, startMail } from "./mail.ts";
import { createNotion, type NotionStandIn } from "./notion.ts";
import { createPagerDuty, type PagerDutyStandIn } from "./pagerduty.ts";
import { type PartnersServer, servePartners } from "./partners.ts";
import { createPrometheus, type PrometheusStandIn } from "./prometheus.ts";
import { createStatuspage, type StatuspageStandIn } from "./statuspage.ts";

/** Every partner the sandbox plays, by the name the configuration's `integrations` has for it. */
export interface Partners extends PartnersServer {
  readonly pagerduty: PagerDutyStandIn;
  readonly github: GitHubStandIn;
  readonly jira: JiraStandIn;
  readonly statuspage: StatuspageStandIn;
  readonly health: HealthStandIn;
  readonly prometheus: PrometheusStandIn;
  readonly confluence: ConfluenceStandIn;
  readonly notion: NotionStandIn;
  readonly googleDocs: GoogleDocsStandIn;
  readonly git: GitStandIn;
  readonly mail: MailStandIn;
  /** The configuration's services, their health addresses pointed at the stand-in. */
  readonly services: <S extends Parameters<typeof healthPointed>[0][number]>(written: readonly S[]) => readonly S[];
  /** The configuration's integrations, pointed at the stand-ins; what else it says of them stays. */
  readonly integrations: (written: WrittenIntegrations) => ReturnType<typeof pointed>;
}

/** As far as the sandbox looks at it; null for what the configuration does not name. */
interface WrittenIntegrations {
  readonly pagerduty: object | null;
  readonly github: { readonly labels: readonly string[]; readonly privateRepository?: string | null } | null;
  readonly jira: {
    readonly labels: readonly string[];
    readonly issueType: string;
    readonly privateProject?: string | null;
  } | null;
  readonly statuspage: { readonly components: ReadonlyMap<string, string> } | null;
  readonly confluence?: { readonly private: boolean } | null;
  readonly notion?: { readonly private: boolean } | null;
  readonly googleDocs?: { readonly private: boolean } | null;
  readonly git?: GitWritten | null;
  readonly mail?: { readonly from: string; readonly to: readonly string[] } | null;
}

interface GitWritten {
  readonly branch: string;
  readonly folder: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly private: boolean;
}

/** Starts them all; `restore` is what earlier ones dumped. */
export async function startPartners(options: {
  readonly clock: SandboxClock;
  readonly restore?: Readonly<Record<string, unknown>>;
}): Promise<Partners> {
  const { clock, restore = {} } = options;
  const pagerduty = createPagerDuty({ clock, restore: restore.pagerduty });
  const github = createGitHub({ clock, restore: restore.github });
  const jira = createJira({ clock, restore: restore.jira });
  const statuspage = createStatuspage({ clock, restore: restore.statuspage });
  const health = createHealth({ restore: restore.health });
  const prometheus = createPrometheus({ clock, restore: restore.prometheus });
  const confluence = createConfluence({ clock, restore: restore.confluence });
  const notion = createNotion({ clock, restore: restore.notion });
  const googleDocs = createGoogleDocs({ clock, restore: restore.googleDocs });
  const git = createGitServer({ restore: restore.git });
  const all = { pagerduty, github, jira, statuspage, prometheus, confluence, notion, googleDocs, git };
  const [server, mail] = await Promise.all([servePartners([...Object.values(all), health]), startMail()]);
  return {
    ...server,
    ...all,
    health,
    mail,
    services: (written) => healthPointed(written, server.urlOf("health")),
    integrations: (written) => pointed(written, server.urlOf, { ...all, mail }),
    stop: async () => {
      await Promise.all([server.stop(), mail.stop()]);
      git.stop();
    },
  };
}

interface StandIns {
  readonly pagerduty: PagerDutyStandIn;
  readonly github: GitHubStandIn;
  readonly jira: JiraStandIn;
  readonly statuspage: StatuspageStandIn;
  readonly prometheus: PrometheusStandIn;
  readonly confluence: ConfluenceStandIn;
  readonly notion: NotionStandIn;
  readonly googleDocs: GoogleDocsStandIn;
  readonly git: GitStandIn;
  readonly mail: MailStandIn;
}

function pointed(written: WrittenIntegrations, urlOf: (id: string) => string, standIns: StandIns) {
  return {
    mail: written.mail
      ? {
          from: written.mail.from,
          to: written.mail.to,
          host: standIns.mail.host,
          port: standIns.mail.port,
          tls: "none" as const,
          login: standIns.mail.login,
        }
      : null,
    pagerduty: {
      ...written.pagerduty,
      url: urlOf("pagerduty"),
      eventsUrl: urlOf("pagerduty"),
      token: standIns.pagerduty.token,
    },
    github: {
      labels: written.github?.labels ?? ["incident"],
      url: urlOf("github"),
      token: standIns.github.token,
      repository: standIns.github.repository,
      // Only where one is written, as it decides whether anything private leaves.
      privateRepository: written.github?.privateRepository ? standIns.github.privateRepository : null,
    },
    jira: {
      labels: written.jira?.labels ?? ["incident"],
      issueType: written.jira?.issueType ?? "Task",
      url: urlOf("jira"),
      email: standIns.jira.email,
      token: standIns.jira.token,
      project: standIns.jira.project,
      privateProject: written.jira?.privateProject ? standIns.jira.privateProject : null,
    },
    // Only where it is written: what is published would go elsewhere as well.
    statuspage: written.statuspage && {
      ...written.statuspage,
      url: urlOf("statuspage"),
      token: standIns.statuspage.token,
      page: standIns.statuspage.page,
    },
    prometheus: { url: urlOf("prometheus"), token: standIns.prometheus.token },
    // These too only where they are written.
    confluence: written.confluence
      ? {
          url: urlOf("confluence"),
          email: standIns.confluence.email,
          token: standIns.confluence.token,
          space: standIns.confluence.space,
          parent: null,
          private: written.confluence.private,
        }
      : null,
    notion: written.notion
      ? {
          url: urlOf("notion"),
          token: standIns.notion.token,
          parent: standIns.notion.parent,
          private: written.notion.private,
        }
      : null,
    googleDocs: written.googleDocs
      ? {
          url: urlOf("googleDocs"),
          tokenUrl: `${urlOf("googleDocs")}/token`,
          account: standIns.googleDocs.account(),
          folder: standIns.googleDocs.folder,
          actAs: null,
          private: written.googleDocs.private,
        }
      : null,
    git: written.git
      ? {
          ...written.git,
          url: `${urlOf("git")}${standIns.git.path}`,
          branch: "main",
          user: standIns.git.user,
          token: standIns.git.token,
        }
      : null,
  };
}
