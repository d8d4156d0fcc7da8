import type { Selectable } from "kysely";
import type { Factor, FactorKind, FactorLink, FactorRecords, LinkDecision } from "../domain/factor/factor.ts";
import type { RecordContext } from "./database.ts";

interface FactorsTable {
  id: string;
  user_id: string;
  kind: FactorKind;
  added_at: Date;
  used_at: Date | null;
  sealed: string | null;
  last_step: number | null;
  credential_id: string | null;
  public_key: string | null;
  counter: number | null;
  transports: string | null;
  removed_at: Date | null;
  removed_by: string | null;
  removed_why: string | null;
}

interface TriesTable {
  user_id: string;
  wrong: number;
  locked_until: Date | null;
}

interface LinksTable {
  id: string;
  token_hash: string;
  session_hash: string | null;
  user_id: string;
  decision: string | null;
  expires_at: Date;
  opened_at: Date | null;
  proved_at: Date | null;
  challenge: string | null;
  sealed: string | null;
  ended_at: Date | null;
}

/** Links that are over are forgotten after a day. */
const keptMilliseconds = 24 * 60 * 60_000;

export function factorRecords(context: RecordContext): FactorRecords {
  const db = context.db.withTables<{ factors: FactorsTable; factor_tries: TriesTable; factor_links: LinksTable }>();
  return {
    of: async (userId) => {
      const rows = await db
        .selectFrom("factors")
        .selectAll()
        .where("user_id", "=", userId)
        .where("removed_at", "is", null)
        .orderBy("added_at")
        .orderBy("id")
        .execute();
      return rows.map(factorOf);
    },
    byId: async (id) => {
      const row = await db.selectFrom("factors").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? factorOf(row) : null;
    },
    removedWith: async ({ id, userId, removedAt }) => {
      if (removedAt === null) return [];
      const rows = await db
        .selectFrom("factors")
        .selectAll()
        .where("user_id", "=", userId)
        .where("removed_at", "=", removedAt)
        .where("id", "<>", id)
        .orderBy("id")
        .execute();
      return rows.map(factorOf);
    },
    insert: async (factor) => {
      const row = await db
        .insertInto("factors")
        .values({
          id: factor.id,
          user_id: factor.userId,
          kind: factor.kind,
          added_at: factor.addedAt,
          sealed: factor.sealed,
          credential_id: factor.passkey?.credentialId ?? null,
          public_key: factor.passkey?.publicKey ?? null,
          counter: factor.passkey?.counter ?? null,
          transports: factor.passkey === null ? null : JSON.stringify(factor.passkey.transports),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      return row ? factorOf(row) : null;
    },
    takeStep: async (id, step, at) => {
      const taken = await db
        .updateTable("factors")
        .set({ last_step: step, used_at: at })
        .where("id", "=", id)
        .where("removed_at", "is", null)
        .where((where) => where.or([where("last_step", "is", null), where("last_step", "<", step)]))
        .executeTakeFirst();
      return taken.numUpdatedRows === 1n;
    },
    takeCounter: async (id, before, counter, at) => {
      const taken = await db
        .updateTable("factors")
        .set({ counter, used_at: at })
        .where("id", "=", id)
        .where("removed_at", "is", null)
        .where("counter", "=", before)
        .executeTakeFirst();
      return taken.numUpdatedRows === 1n;
    },
    remove: async (ids, { at, by, why }) => {
      await db
        .updateTable("factors")
        // The secret is of no more use; who had one, since when and until when stays.
        .set({ removed_at: at, removed_by: by, removed_why: why, sealed: null })
        .where("id", "in", [...ids])
        .where("removed_at", "is", null)
        .execute();
    },
    tries: async (userId) => {
      await db
        .insertInto("factor_tries")
        .values({ user_id: userId, wrong: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const row = await db
        .selectFrom("factor_tries")
        .selectAll()
        .where("user_id", "=", userId)
        .forUpdate()
        .executeTakeFirstOrThrow();
      return { wrong: row.wrong, lockedUntil: row.locked_until };
    },
    setTries: async (userId, { wrong, lockedUntil }) => {
      await db
        .updateTable("factor_tries")
        .set({ wrong, locked_until: lockedUntil })
        .where("user_id", "=", userId)
        .execute();
    },
    addLink: async (link, tokenHash) => {
      const longAgo = new Date(context.now.getTime() - keptMilliseconds);
      await db.deleteFrom("factor_links").where("expires_at", "<", longAgo).execute();
      await db
        .insertInto("factor_links")
        .values({
          id: link.id,
          user_id: link.userId,
          token_hash: tokenHash,
          ...columnsOf(link),
          expires_at: link.expiresAt,
        })
        .execute();
    },
    linkByToken: async (tokenHash) => {
      const row = await db
        .selectFrom("factor_links")
        .selectAll()
        .where("token_hash", "=", tokenHash)
        .executeTakeFirst();
      return row ? linkOf(row) : null;
    },
    openLink: async (id, sessionHash, changes) => {
      const row = await db
        .updateTable("factor_links")
        .set({ ...columnsOf(changes), session_hash: sessionHash })
        .where("id", "=", id)
        .where("opened_at", "is", null)
        .returningAll()
        .executeTakeFirst();
      return row ? linkOf(row) : null;
    },
    linkBySession: async (sessionHash) => {
      const row = await db
        .selectFrom("factor_links")
        .selectAll()
        .where("session_hash", "=", sessionHash)
        .forUpdate()
        .executeTakeFirst();
      return row ? linkOf(row) : null;
    },
    updateLink: async (id, changes) => {
      await db.updateTable("factor_links").set(columnsOf(changes)).where("id", "=", id).execute();
    },
    endLinks: async (userId, at) => {
      await db
        .updateTable("factor_links")
        .set({ ended_at: at })
        .where("user_id", "=", userId)
        .where("ended_at", "is", null)
        .execute();
    },
  };
}

function columnsOf(link: Partial<FactorLink>): Partial<LinksTable> {
  return {
    ...(link.decision === undefined ? {} : { decision: link.decision && JSON.stringify(link.decision) }),
    ...(link.expiresAt === undefined ? {} : { expires_at: link.expiresAt }),
    ...(link.openedAt === undefined ? {} : { opened_at: link.openedAt }),
    ...(link.provedAt === undefined ? {} : { proved_at: link.provedAt }),
    ...(link.challenge === undefined ? {} : { challenge: link.challenge }),
    ...(link.sealed === undefined ? {} : { sealed: link.sealed }),
    ...(link.endedAt === undefined ? {} : { ended_at: link.endedAt }),
  };
}

function factorOf(row: Selectable<FactorsTable>): Factor {
  const { credential_id: credentialId, public_key: publicKey } = row;
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    addedAt: row.added_at,
    usedAt: row.used_at,
    sealed: row.sealed,
    passkey:
      credentialId === null || publicKey === null
        ? null
        : { credentialId, publicKey, counter: row.counter ?? 0, transports: transportsOf(row.transports) },
    removedAt: row.removed_at,
    removedBy: row.removed_by,
    removedWhy: row.removed_why,
  };
}

function transportsOf(stored: unknown): readonly string[] {
  return Array.isArray(stored) ? stored.filter((one) => typeof one === "string") : [];
}

function linkOf(row: Selectable<LinksTable>): FactorLink {
  return {
    id: row.id,
    userId: row.user_id,
    decision: row.decision as unknown as LinkDecision | null,
    expiresAt: row.expires_at,
    openedAt: row.opened_at,
    provedAt: row.proved_at,
    challenge: row.challenge,
    sealed: row.sealed,
    endedAt: row.ended_at,
  };
}
