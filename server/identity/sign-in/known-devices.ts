// Device recognition at a sign-in: by a signed device token or by the client's own name of the device, only among the
// devices of the user who signs in; otherwise a new device is stored.
import type { Origin } from '../../policy/actor.js'
import type { Queries } from '../../storage/database.js'
import type { DeviceRecord, DeviceStore } from '../../storage/devices.js'
import type { Inspect } from '../../tokens/inspect.js'
import { nameDevice } from '../devices/device-name.js'

/** The content of a device token with a valid MAC. Whether the device has ended, its row tells. */
export type DeviceProof = { userId: number; deviceId: string }

/** What a client sends about its device. */
export type DeviceClaim = {
  deviceProof: DeviceProof | null
  /** The client's own stable name for the device, which proves nothing. */
  clientDevice?: string | undefined
  /** Name of a new device whose program sends no User-Agent. */
  otherwise?: string
}

/** The device that evidence names, recognised at the sign-in there. */
export type NamedDevice = { deviceId: string }

export type KnownDevicesDeps = { deviceStore: DeviceStore; inspect: Inspect; now: () => number; uuid: () => string }

/** Finds out at a sign-in which device it comes from. */
export function createKnownDevices({ deviceStore, inspect, now, uuid }: KnownDevicesDeps) {
  /** The device of a valid device token, where it is this user's and has not ended; otherwise null. */
  async function provenDevice(tx: Queries, userId: number, proof: DeviceProof | null): Promise<DeviceRecord | null> {
    if (proof?.userId !== userId) return null
    const device = await deviceStore.find(tx, proof.deviceId)
    return device && device.userId === userId && device.endedAt === null ? device : null
  }

  return {
    /** Verifies a device token; called once for a whole sign-in. */
    deviceProofIn(deviceToken: string | undefined): DeviceProof | null {
      const claimed = deviceToken === undefined ? null : inspect.device(deviceToken)
      return claimed && { userId: Number(claimed.userId), deviceId: claimed.deviceId }
    },

    provenDevice,

    /**
     * Whether the device exists and has not ended. Address and User-Agent are not compared: the client that redeems a
     * code may run elsewhere.
     */
    async isOpen(tx: Queries, userId: number, { deviceId }: NamedDevice): Promise<boolean> {
      return (await provenDevice(tx, userId, { userId, deviceId })) !== null
    },

    /** The device that the client proves or names, among this user's alone; otherwise a new one. */
    async recognise(
      tx: Queries,
      userId: number,
      { deviceProof, clientDevice, otherwise }: DeviceClaim,
      origin: Origin,
    ): Promise<{ id: string; isNew: boolean }> {
      const seen = { ...nameDevice(origin.userAgent), address: origin.address, lastSeenAt: now() }
      const known =
        (await provenDevice(tx, userId, deviceProof)) ??
        (clientDevice === undefined ? null : await deviceStore.findByClient(tx, userId, clientDevice))
      if (known) {
        // A name that its owner gave the device is kept.
        const named = known.name !== nameDevice(known.userAgent).name
        const present = { ...seen, name: named ? known.name : seen.name }
        if (await deviceStore.update(tx, known.id, present)) return { id: known.id, isNew: false }
      }
      const firstSeen = { firstSeenAt: seen.lastSeenAt, endedAt: null, clientDevice: clientDevice ?? null }
      const isNamed = origin.userAgent !== '' || otherwise === undefined
      const name = isNamed ? seen.name : otherwise
      const device = { id: uuid(), userId, ...seen, name, ...firstSeen }
      await deviceStore.insert(tx, device)
      return { id: device.id, isNew: true }
    },
  }
}

export type KnownDevices = ReturnType<typeof createKnownDevices>
