const sizes = ["nano", "micro", "small", "medium", "large", "xlarge"];

/** Whether a class or node type is of a smaller size than another, going by its last word; false where that does not tell. */
export function isSmaller(one: string, other: string): boolean {
  const [left, right] = [rankOf(one), rankOf(other)];
  return left !== null && right !== null && left < right;
}

/** db.r6g.large is 4, of xlarge each multiple counts one more. Source: aws.amazon.com/rds/instance-types. */
function rankOf(name: string): number | null {
  const [, times = "", size = ""] = /\.(\d*)([a-z]+)$/.exec(name) ?? [];
  const at = sizes.indexOf(size);
  if (at === -1) return null;
  return times === "" ? at : at + Number(times) - 1;
}
