import { SlackFailure } from "../failure.ts";
import { bot, type Method, required, text } from "../method.ts";

/** api.*, auth.*, team.*, bots.*: who is calling, and from where. */
export const authMethods: readonly Method[] = [
  {
    name: "api.test",
    run: (call) => {
      const error = text(call, "error");
      if (error !== undefined) throw new SlackFailure(error, { args: call.args });
      return { args: call.args };
    },
  },
  {
    name: "auth.test",
    run: ({ core }) => {
      const { team, app, people } = core.workspace;
      return {
        url: `https://${team.domain}.slack.com/`,
        team: team.name,
        user: people[app.botUserId]?.name ?? "",
        team_id: team.id,
        user_id: app.botUserId,
        bot_id: app.botId,
        is_enterprise_install: false,
      };
    },
  },
  {
    name: "team.info",
    run: (call) => {
      const { team } = call.core.workspace;
      const wanted = text(call, "team") ?? text(call, "team_id") ?? team.id;
      if (wanted !== team.id) throw new SlackFailure("team_not_found");
      return {
        team: {
          id: team.id,
          name: team.name,
          domain: team.domain,
          url: `https://${team.domain}.slack.com/`,
          email_domain: "",
          icon: { image_default: true },
          avatar_base_url: "https://ca.slack-edge.com/",
          is_verified: false,
        },
      };
    },
  },
  {
    name: "team.preferences.list",
    missing: "the preferences are those of a new workspace and do not change",
    run: () => ({
      allow_message_deletion: true,
      disable_file_uploads: "allow_all",
      display_real_names: true,
      msg_edit_window_mins: -1,
      who_can_post_general: "ra",
    }),
  },
  {
    name: "bots.info",
    run: (call) => {
      const { app, people } = call.core.workspace;
      if (required(call, "bot") !== app.botId) throw new SlackFailure("bot_not_found");
      const user = people[bot(call.core)];
      return {
        bot: {
          id: app.botId,
          deleted: false,
          name: user?.realName ?? "",
          updated: user?.updated ?? 0,
          app_id: app.id,
          user_id: app.botUserId,
          icons: {},
        },
      };
    },
  },
];
