/** Channels between the preload and the main process. The preload is a bundle of its own, so this file imports nothing. */
export const channels = {
  /** `(name, args)` to an answer. */
  call: 'spanscope:call',
  /** `(paths)`: files the person chose or dropped. Sent by the preload only. */
  given: 'spanscope:given',
  /** `(name, bytes)` to whether it was kept. */
  save: 'spanscope:save',
  /** A service event, to the window. */
  event: 'spanscope:event',
} as const;

/** What a call comes back as: errors lose their fields on the way, so they travel as values. */
export type Answer = { readonly value: unknown } | { readonly error: unknown };
