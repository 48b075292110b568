// Tokens that a resource server is to refuse, one row each: the doctor sends them, and the vectors are made of them.

import { claimAttacks } from './claim-attacks.js'
import type { HostileToken } from './hostile-token.js'
import { keySourceAttacks } from './key-source-attacks.js'
import { signatureAttacks } from './signature-attacks.js'

export const hostileTokens = { ...claimAttacks, ...signatureAttacks, ...keySourceAttacks } as const satisfies Record<
  string,
  HostileToken
>

export type HostileTokenName = keyof typeof hostileTokens

export const hostileTokenNames = Object.keys(hostileTokens) as HostileTokenName[]
