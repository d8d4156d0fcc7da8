/** The web services beside the platforms that Tocsin works with; null for each that the configuration does not name. */
export interface Integrations {
  readonly pagerduty: PagerDutyIntegration | null;
  readonly github: GitHubIntegration | null;
  readonly jira: JiraIntegration | null;
  readonly statuspage: StatuspageIntegration | null;
  /** Left out is null. */
  readonly prometheus?: PrometheusIntegration | null;
  readonly confluence?: ConfluenceIntegration | null;
  readonly notion?: NotionIntegration | null;
  readonly googleDocs?: GoogleDocsIntegration | null;
  readonly git?: GitIntegration | null;
  readonly mail?: MailIntegration | null;
}

/** A mail server, and who reads updates by e-mail. */
export interface MailIntegration {
  readonly host: string;
  readonly port: number;
  /** starttls: encrypted or not at all; always: from the first byte on; none: only for servers on the same machine. */
  readonly tls: "starttls" | "always" | "none";
  /** Null for a server that asks for none. */
  readonly login: { readonly user: string; readonly password: string } | null;
  /** Tocsin <tocsin@example.com> */
  readonly from: string;
  /** Addresses of people or lists that every update of an incident goes to, unless its severity names its own. */
  readonly to: readonly string[];
}

/** Confluence Cloud: where published post-mortems are pages. */
export interface ConfluenceIntegration {
  /** Base of the site, such as https://example.atlassian.net, without a slash at its end. */
  readonly url: string;
  /** Whose API token it is. */
  readonly email: string;
  readonly token: string;
  /** Key of the space, such as OPS. */
  readonly space: string;
  /** Id of the page they are put below; null for the top of the space. */
  readonly parent: string | null;
  /** Those of private incidents too. */
  readonly private: boolean;
}

/** Notion: where published post-mortems are pages. */
export interface NotionIntegration {
  /** Base of the API, without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** Id of the page they are put below: 32 hexadecimal digits. */
  readonly parent: string;
  readonly private: boolean;
}

/** Google Docs: where published post-mortems are documents in a folder of Drive. */
export interface GoogleDocsIntegration {
  /** Base of the Drive API, without a slash at its end. */
  readonly url: string;
  /** Where the service account's signature becomes a token. */
  readonly tokenUrl: string;
  /** From the JSON key of the service account; the private key is PEM. */
  readonly account: { readonly email: string; readonly privateKey: string; readonly keyId: string | null };
  /** Id of the folder they go into. */
  readonly folder: string;
  /** Whom the service account acts as, by e-mail address; null for itself. */
  readonly actAs: string | null;
  readonly private: boolean;
}

/** A git repository: one folder for each incident. */
export interface GitIntegration {
  /** https://…, ssh://…, git@host:path or file:///…; never with a password in it. */
  readonly url: string;
  readonly branch: string;
  /** The folder in it that holds those of the incidents, without slashes around it; empty for the top. */
  readonly folder: string;
  /** Sent over https; null for none. */
  readonly token: string | null;
  readonly user: string;
  /** Who commits: name and e-mail address. */
  readonly author: { readonly name: string; readonly email: string };
  readonly private: boolean;
}

/** GitHub: where action items and incidents become issues. */
export interface GitHubIntegration {
  /** Base of the REST API, without a slash at its end. */
  readonly url: string;
  /** Fine-grained token with Issues: read and write on the repository. */
  readonly token: string;
  /** owner/name */
  readonly repository: string;
  /** The same, for tickets of private incidents; null or left out where they stay here. */
  readonly privateRepository?: string | null;
  readonly labels: readonly string[];
}

/** Jira Cloud: where action items and incidents become issues. */
export interface JiraIntegration {
  /** Base of the site, such as https://example.atlassian.net, without a slash at its end. */
  readonly url: string;
  /** Whose API token it is. */
  readonly email: string;
  readonly token: string;
  /** The project's key, such as OPS. */
  readonly project: string;
  /** The same, for tickets of private incidents; null or left out where they stay here. */
  readonly privateProject?: string | null;
  readonly issueType: string;
  readonly labels: readonly string[];
}

/** Prometheus, or what answers its query API: figures that thresholds name by a query. */
export interface PrometheusIntegration {
  /** Base of the server, without a slash at its end. */
  readonly url: string;
  /** Sent as a bearer token; null for none. */
  readonly token: string | null;
}

/** PagerDuty: who is on call, and another way to page people. */
export interface PagerDutyIntegration {
  /** Base of the REST API, without a slash at its end. */
  readonly url: string;
  /** Base of the Events API v2, without a slash at its end. */
  readonly eventsUrl: string;
  /** REST API key; reading is enough. */
  readonly token: string;
  /** Signs its webhooks; null or left out where there is none, and answers there are seen within half a minute. */
  readonly webhookSecret?: string | null;
}

/** Atlassian Statuspage: what is published goes there as well. */
export interface StatuspageIntegration {
  /** Base of the API, without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** The page's id. */
  readonly page: string;
  /** Ids of its components by the names our own status page has for them. */
  readonly components: ReadonlyMap<string, string>;
}
