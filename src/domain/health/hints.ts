import type { Session } from "../platform/databases.ts";
import type { ServiceDeployment } from "../platform.ts";

/** What a source says beside figures: what may be why they are as they are. */
export type Hint =
  | { readonly kind: "deployment"; readonly deployment: ServiceDeployment }
  /** A session that others wait for, and how many do; null where only its number is known. */
  | { readonly kind: "blocker"; readonly id: string; readonly session: Session | null; readonly holdsUp: number }
  /** The statement that runs longest. */
  | { readonly kind: "statement"; readonly session: Session }
  /** Who holds most connections. */
  | { readonly kind: "connections"; readonly by: string; readonly count: number }
  | { readonly kind: "queue"; readonly queue: string; readonly paused: boolean; readonly workers: number };
