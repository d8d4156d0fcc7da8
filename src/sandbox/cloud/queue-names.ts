/** The queues that the example account's agent works on. */
export const queueNames: readonly string[] = ["emails", "reports"];
