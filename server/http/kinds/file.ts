// The files that pages load, the same for every client.
import type { Kind } from './kind.js'

export type FileAccess = { kind: 'file' }

export const file = { kind: 'file' } as const

export const fileKind: Kind<FileAccess> = {
  sender: 'nobody',
  presenter: 'page',
  cors: 'ownOrigin',
  body: 'fields',
  unknown: 'ignored',
  who: () => 'anyone',
  security: () => [],
  refuses: () => [],
  judge: () => [],
  confirm: () => [],
}
