// The table of manual revocations: which trigger (policy/revocation.ts) belongs to a kind (`token`, `user`, `role`,
// `application`, `all`) and an effect (`end`, `refresh`).
import type { RevocationEffect } from '../protocol/log/revocation.js'
import type { Trigger } from './revocation.js'

/** Entries that an administrator may write to the revocation log by hand: the trigger for each kind and effect. */
export const manualTriggers = {
  token: { end: 'token_revoked' },
  user: { end: 'all_ended', refresh: 'user_stale' },
  role: { refresh: 'role_stale' },
  application: { end: 'application_ended' },
  all: { end: 'everybody_ended', refresh: 'all_stale' },
} as const satisfies Record<string, { [E in RevocationEffect]?: Trigger }>

export type ManualKind = keyof typeof manualTriggers

export function isManual(kind: string): kind is ManualKind {
  return Object.hasOwn(manualTriggers, kind)
}

/** The trigger of a kind and an effect that a user typed; null where there is none. */
export function manualTrigger(kind: ManualKind, effect: string): Trigger | null {
  const effects: Partial<Record<string, Trigger>> = manualTriggers[kind]
  return Object.hasOwn(effects, effect) ? effects[effect]! : null
}
