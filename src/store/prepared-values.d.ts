/** What node-postgres and its own cursors turn values into text with; @types/pg says nothing of it. */
declare module "pg/lib/utils" {
  const utils: { readonly prepareValue: (value: unknown) => string | Buffer | null };
  export = utils;
}
