// Renames a user's own device: validation of the new name, and the audited change of the row.
import type { Actor } from '../../policy/actor.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { UserStore } from '../../storage/users.js'
import type { Changes } from '../../tokens/changes.js'

/** Longest name that a person may give a device, in characters. */
export const longestDeviceName = 60

export type DeviceNamesDeps = { userStore: UserStore; deviceStore: DeviceStore; changes: Changes }

/** The names that people give to their own devices; a sign-in from the device keeps them (known-devices.ts). */
export function createDeviceNames({ userStore, deviceStore, changes }: DeviceNamesDeps) {
  return {
    /** Renames a device. @throws invalid_fields; not_found, also when it is another user's or has ended */
    async rename(id: string, name: string, userId: number, actor: Actor): Promise<void> {
      const wanted = requireDeviceName(name)
      await changes.run(actor, async (tx, { note }) => {
        await userStore.lock(tx, userId)
        const device = await deviceStore.find(tx, id)
        if (!device || device.userId !== userId || device.endedAt !== null) throw refuse('not_found')
        if (device.name === wanted) return
        await deviceStore.update(tx, id, { name: wanted })
        note({
          action: 'device_renamed',
          subject: id,
          before: { user: userId, name: device.name },
          after: { name: wanted },
        })
      })
    },
  }
}

export type DeviceNames = ReturnType<typeof createDeviceNames>

function requireDeviceName(name: string): string {
  const wanted = name.trim().replace(/\s+/g, ' ')
  if (wanted === '') throw refuseField('name', 'blank')
  if (/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(wanted)) throw refuseField('name', 'control_characters')
  if ([...wanted].length > longestDeviceName) throw refuseField('name', 'too_long', { count: longestDeviceName })
  return wanted
}
