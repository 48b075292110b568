// Tokens that a resource server is to refuse, one row each: the doctor sends them, and the vectors are made of them.
import type { HostileToken } from './hostile-token.js'
import { misled } from './misled.js'
import { misplaced } from './misplaced.js'
import { unproven } from './unproven.js'

export const hostileTokens = { ...misplaced, ...unproven, ...misled } as const satisfies Record<string, HostileToken>

export type HostileTokenName = keyof typeof hostileTokens

export const hostileTokenNames = Object.keys(hostileTokens) as HostileTokenName[]
