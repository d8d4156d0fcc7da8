import type { Channel, Person, Usergroup, Workspace } from "./workspace.ts";

/** What a workspace starts from. */
export type Seed = Pick<Workspace, "team" | "app" | "people" | "channels" | "usergroups">;

const teamId = "T0WAOOAW";
const partnerTeamId = "T0PARTNER";
/** The workspace was made some time before anything happens in it. */
const created = 1_767_225_600;

type Traits = Partial<
  Pick<Person, "admin" | "restricted" | "ultraRestricted" | "bot" | "teamId" | "timezone" | "deleted">
>;

function person(id: string, realName: string, title: string, color: string, traits: Traits = {}): Person {
  const name = (realName.split(" ")[0] ?? realName).toLowerCase();
  return {
    id,
    name,
    realName,
    title,
    email: traits.bot ? "" : `${name}@${traits.teamId === partnerTeamId ? "partner" : "waooaw"}.example`,
    color,
    teamId,
    timezone: { name: "Europe/London", label: "Greenwich Mean Time", offset: 0 },
    deleted: false,
    admin: false,
    restricted: false,
    ultraRestricted: false,
    bot: false,
    updated: created,
    ...traits,
  };
}

function channel(id: string, name: string, purpose: string, members: readonly string[]): Channel {
  return {
    id,
    name,
    kind: "public",
    created,
    creator: "U0EVA",
    archived: false,
    general: name === "general",
    topic: { value: "", creator: "", lastSet: 0 },
    purpose: { value: purpose, creator: "U0EVA", lastSet: created },
    previousNames: [],
    members: [...members],
    messages: [],
    pins: [],
    bookmarks: [],
    canvas: null,
    read: {},
  };
}

function usergroup(id: string, handle: string, name: string, users: readonly string[]): Usergroup {
  return {
    id,
    handle,
    name,
    description: "",
    users: [...users],
    disabled: false,
    created,
    updated: created,
    updatedBy: "U0EVA",
  };
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Record<string, T> {
  return Object.fromEntries(items.map((item) => [item.id, item]));
}

/** The fixed workspace: a small company, a guest, a person from elsewhere, and the bot. */
export function fixedWorkspace(): Seed {
  const members = ["U0ANA", "U0BEN", "U0CHI", "U0DEV", "U0EVA", "U0SAM"];
  const withBot = [...members, "U0TOC"];
  return {
    team: { id: teamId, name: "WAOOAW", domain: "waooaw" },
    app: { id: "A0TOC", botId: "B0TOC", botUserId: "U0TOC" },
    people: byId([
      person("U0ANA", "Ana Ruiz", "Platform engineer", "4bbe2e"),
      person("U0BEN", "Ben Okafor", "Backend engineer", "e7392d"),
      person("U0CHI", "Chi Nakamura", "Engineering manager", "3c989f"),
      person("U0DEV", "Dev Patel", "DevOps engineer", "674b1b", {
        timezone: { name: "America/New_York", label: "Eastern Standard Time", offset: -18_000 },
      }),
      person("U0EVA", "Eva Lind", "CTO", "e96699", { admin: true }),
      person("U0SAM", "Sam Weiss", "Support lead", "9f69e7"),
      person("U0GUS", "Gus Hart", "Contractor", "db3150", { restricted: true, ultraRestricted: true }),
      person("U0OTT", "Otto Berg", "Partner engineer", "2b6836", { teamId: partnerTeamId }),
      person("U0TOC", "tocsin", "", "99a949", { bot: true }),
    ]),
    channels: byId([
      channel("C0GENERAL", "general", "Everyone", [...members, "U0GUS"]),
      channel("C0INCIDENTS", "incidents", "Every incident is announced here", withBot),
      channel("C0ALERTS", "alerts", "What the monitors say", members),
      channel("C0MONITORING", "monitoring", "Dashboards and thresholds", members),
      channel("C0DEPLOYMENTS", "deployments", "What goes out, and when", members),
      channel("C0OPS", "ops", "Running the platform", withBot),
    ]),
    usergroups: byId([
      usergroup("S0ONCALL", "oncall", "On call", ["U0ANA", "U0BEN"]),
      usergroup("S0PLATFORM", "platform", "Platform", ["U0ANA", "U0DEV"]),
      usergroup("S0LEADS", "leads", "Leads", ["U0CHI", "U0EVA"]),
    ]),
  };
}
