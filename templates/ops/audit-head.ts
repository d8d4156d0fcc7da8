import { context, type Reply, reply } from "../kit.ts";

/** The day's head of the audit chain, as it is given to npm run audit:verify. */
export function auditHead(head: string): Reply {
  return reply(`Audit log, head of the day: ${head}`, [
    context(
      `Audit log, head of the day: \`${head}\`. With it, \`npm run audit:verify -- ${head}\` tells whether anything before it was changed or cut off.`,
    ),
  ]);
}
