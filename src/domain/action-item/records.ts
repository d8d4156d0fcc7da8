import type { Viewer } from "../incident/records.ts";
import type { ActionItem } from "../postmortem/postmortem.ts";

export interface ActionItemRecords {
  readonly insert: (item: Omit<ActionItem, "version">) => Promise<ActionItem>;
  readonly update: (
    item: ActionItem,
    changes: Partial<Omit<ActionItem, "id" | "incidentId" | "version">>,
  ) => Promise<ActionItem>;
  readonly byId: (id: string) => Promise<ActionItem | null>;
  readonly bySource: (channelId: string, ts: string) => Promise<ActionItem | null>;
  /** Open and done ones of all incidents the viewer may see: the soonest due first, those without a date last. */
  readonly page: (
    filter: {
      readonly seenBy: Viewer;
      readonly incidentId?: string;
      readonly ownerId?: string;
      readonly open?: boolean;
      /** Only those due before this day. */
      readonly dueBefore?: string;
    },
    at: { readonly offset: number; readonly limit: number },
  ) => Promise<{ readonly items: readonly ActionItem[]; readonly more: boolean }>;
  readonly remove: (id: string) => Promise<void>;
  /** With several incidents' items, only those of incidents that `seenBy` may know of. */
  readonly list: (filter: {
    readonly seenBy?: Viewer;
    readonly incidentId?: string;
    readonly ownerId?: string;
    readonly open?: boolean;
  }) => Promise<readonly ActionItem[]>;
}
