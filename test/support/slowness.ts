/** Machines of CI are slower, and differ: what would be late on an ordinary one may be in time there. */
export const slowness = process.env.CI ? 3 : 1;
