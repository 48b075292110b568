// Routes of programs that anybody may call; whatever credential the request has is not looked at.
import type { Kind } from './kind.js'

export type OpenAccess = { kind: 'open' }

export const open = { kind: 'open' } as const

export const openKind: Kind<OpenAccess> = {
  sender: 'nobody',
  presenter: 'api',
  cors: 'anyOrigin',
  body: 'fields',
  // Serializers of Django leave what they do not know, and clients of simplejwt rely on it.
  unknown: 'ignored',
  who: () => 'anybody',
  security: () => [],
  refuses: () => [],
  judge: () => [],
  confirm: () => [],
}
