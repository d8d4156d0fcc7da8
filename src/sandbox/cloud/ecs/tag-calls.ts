import type { Cloud, Operation } from "../api.ts";
import { type Input, list, text } from "../input.ts";
import { invalid } from "./refusals.ts";
import { ecsState } from "./state.ts";

export function tagCalls({ world }: Cloud): Readonly<Record<string, Operation>> {
  const state = ecsState(world);

  function known(input: Input): string {
    const arn = text(input, "resourceArn") ?? "";
    const all = [state.clusters, state.services, state.tasks, state.taskDefinitions, state.serviceDeployments].flat();
    if (!all.some((one) => one.arn === arn)) {
      throw invalid("The specified resource is not found. Specify a valid resource ARN and try again.");
    }
    return arn;
  }

  return {
    ListTagsForResource: (input) => ({ tags: state.tags[known(input)] ?? [] }),

    TagResource: (input) => {
      const arn = known(input);
      const given = input.tags;
      if (!Array.isArray(given) || given.length === 0) throw invalid("Tags cannot be empty.");
      const tags = new Map((state.tags[arn] ?? []).map((tag) => [tag.key, tag]));
      for (const tag of given as Input[]) {
        const key = text(tag, "key");
        const value = text(tag, "value") ?? "";
        if (!key || key.length > 128 || value.length > 256) throw invalid("The tag is not valid.");
        tags.set(key, { key, value });
      }
      if (tags.size > 50) throw invalid("A resource can have at most 50 tags.");
      state.tags[arn] = [...tags.values()];
      return {};
    },

    UntagResource: (input) => {
      const arn = known(input);
      const keys = list(input, "tagKeys") ?? [];
      state.tags[arn] = (state.tags[arn] ?? []).filter((tag) => !keys.includes(tag.key));
      return {};
    },
  };
}
