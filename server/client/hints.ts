// Messages between tabs (BroadcastChannel, `storage` events) that the store has changed. A message never carries a token: the
// receiving tab reads it from the store.
import type { EventName } from './events.js'

/** `reason` of a sign-out: a code, and nothing more. */
export type Hint = { changed: EventName; reason?: string | undefined }

type Channel = {
  postMessage(message: unknown): void
  onmessage: ((event: { data: unknown }) => void) | null
  close(): void
  unref?(): void
}

export type Hints = { post(hint: Hint): void; close(): void }

export const noHints: Hints = { post() {}, close() {} }

/** @param hear is called with changes by other tabs, never with one's own; null: something changed, unknown what */
export function openHints(name: string, hear: (hint: Hint | null) => void): Hints {
  const channel = openChannel(name)
  // A message may arrive before its change: browsers propagate localStorage between processes asynchronously, and the
  // `storage` event comes with the change.
  const { addEventListener, removeEventListener } = globalThis as Partial<StorageEvents>
  const stored = ({ key }: { key: string | null }) => {
    if (key === name || key === null) hear(null)
  }
  addEventListener?.('storage', stored)
  if (channel) {
    channel.onmessage = ({ data }) => {
      const hint = hintIn(data)
      if (hint) hear(hint)
    }
    // Node: an open channel must not keep the process alive.
    channel.unref?.()
  }
  return {
    post(hint) {
      try {
        channel?.postMessage(hint)
      } catch {
        // The channel is closed: other tabs see the change at their next read.
      }
    },
    close() {
      removeEventListener?.('storage', stored)
      channel?.close()
    },
  }
}

type Listening = (name: 'storage', listener: (event: { key: string | null }) => void) => void
type StorageEvents = { addEventListener: Listening; removeEventListener: Listening }

function openChannel(name: string): Channel | null {
  const { BroadcastChannel: Made } = globalThis as unknown as { BroadcastChannel?: new (name: string) => Channel }
  try {
    return Made ? new Made(name) : null
  } catch {
    return null
  }
}

const names: ReadonlySet<unknown> = new Set(['refreshed', 'signed_in', 'signed_out'] satisfies EventName[])

function hintIn(data: unknown): Hint | null {
  const { changed, reason } = (data ?? {}) as Partial<Hint>
  if (!names.has(changed)) return null
  return { changed: changed!, reason: typeof reason === 'string' ? reason.slice(0, 60) : undefined }
}
