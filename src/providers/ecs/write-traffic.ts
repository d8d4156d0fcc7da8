import type { TrafficWrite } from "../../domain/platform/traffic.ts";
import { ProviderError } from "../../errors.ts";
import { calling } from "../aws.ts";
import type { EcsClients } from "./clients.ts";
import {
  holdActions,
  holdConditions,
  holdTags,
  letsThrough,
  priorityBefore,
  priorityOf,
  type RuleState,
  ruleState,
  stateText,
} from "./listener-rules.ts";
import { ecsPlace } from "./place.ts";
import { heldBy, rulesOf } from "./read-traffic.ts";

/** Holds requests back by rules of the bot's own, told by their tags; only the job that applies holds it. */
export function ecsTrafficWrite(clients: EcsClients): TrafficWrite {
  return {
    letThrough: async (at, route, percent, operationId) => {
      const { region } = ecsPlace(at);
      const state = JSON.parse(route.state) as RuleState;
      const rules = await rulesOf(clients, region, state.listener);
      const now = rules.find(({ RuleArn }) => RuleArn === route.id);
      if (now === undefined || stateText(ruleState(now, state)) !== route.state) {
        throw leftAlone("RouteMoved", `Somebody changed ${route.title} since, so it was left alone.`);
      }
      const Priority = priorityBefore(state);
      const before = rules.find((rule) => priorityOf(rule) === Priority);
      const own = before === undefined ? new Map<string, string>() : await heldBy(clients, region, [before]);
      const isOwn = own.get(before?.RuleArn ?? "") === route.id;
      const { client, sdk } = await clients.balancing(region);
      if (percent === 100) {
        if (before === undefined || !isOwn) return;
        await gone(
          calling("DeleteRule", (options) =>
            client.send(new sdk.DeleteRuleCommand({ RuleArn: before.RuleArn }), options),
          ),
        );
        return;
      }
      if (before !== undefined && !isOwn) {
        throw leftAlone(
          "PlaceTaken",
          `Somebody has made a rule with the number ${Priority} right before ${route.title}.`,
        );
      }
      const Conditions = holdConditions(state);
      const Actions = holdActions(state, percent);
      if (before !== undefined) {
        if (letsThrough(state, before, percent)) return;
        await calling("ModifyRule", (options) =>
          client.send(new sdk.ModifyRuleCommand({ RuleArn: before.RuleArn, Conditions, Actions }), options),
        );
        return;
      }
      const Tags = [
        { Key: holdTags.operation, Value: operationId },
        { Key: holdTags.holds, Value: route.id },
      ];
      const forwards = Actions.some(({ Type }) => Type === "forward");
      const rewrites = forwards && state.transforms.length > 0 ? { Transforms: [...state.transforms] } : {};
      const made = calling("CreateRule", (options) =>
        client.send(
          new sdk.CreateRuleCommand({ ListenerArn: state.listener, Priority, Conditions, Actions, Tags, ...rewrites }),
          options,
        ),
      );
      await orMadeBefore(made, async () => {
        const there = (await rulesOf(clients, region, state.listener)).filter((rule) => priorityOf(rule) === Priority);
        return (await heldBy(clients, region, there)).get(there[0]?.RuleArn ?? "") === route.id;
      });
    },
  };
}

/** What is not there any more need not be taken away. */
async function gone(taking: Promise<unknown>): Promise<void> {
  try {
    await taking;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.fault !== "not_found") throw error;
  }
}

/** A call whose answer got lost is repeated by the SDK, and then finds its own rule in its place. */
async function orMadeBefore(making: Promise<unknown>, isThere: () => Promise<boolean>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof ProviderError) || !/PriorityInUse/.test(error.code) || !(await isThere())) throw error;
  }
}

function leftAlone(code: string, message: string): ProviderError {
  return new ProviderError({ provider: "AWS", operation: "DescribeRules", fault: "refused", code, message });
}
