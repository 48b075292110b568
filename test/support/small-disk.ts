// A small tmpfs that a test can fill (ENOSPC) without effect on the rest of the machine.
import { execFileSync } from 'node:child_process'
import { appendFileSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { aFolder } from './engines.js'

export type SmallDisk = {
  path: string
  /** Fills the filesystem completely. */
  fill(): void
  /** Frees the space again. */
  clear(): void
}

const mounted: string[] = []

/** null where the user may not mount a filesystem. */
export function aSmallDisk(megabytes: number): SmallDisk | null {
  const path = aFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'darvoza-test', path], {
      stdio: 'ignore',
    })
  } catch {
    return null
  }
  mounted.push(path)
  const filler = join(path, 'filler')
  return {
    path,
    fill() {
      for (;;) {
        const { bavail, bsize } = statfsSync(path)
        if (bavail === 0) return
        try {
          appendFileSync(filler, Buffer.alloc(Math.min(bavail * bsize, 2 ** 20)))
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOSPC') throw error
        }
      }
    },
    clear: () => rmSync(filler, { force: true }),
  }
}

/** Called after all processes that used the filesystems have ended. */
export function unmountDisks(): void {
  for (const path of mounted.splice(0)) execFileSync('umount', ['-l', path], { stdio: 'ignore' })
}
