// A wall clock for one server process alone, which can be stepped while it runs; its monotonic clock stays true, as
// when the time of a machine is set.
import { existsSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type WallClock = {
  /** For the environment of the process. */
  env: Record<string, string>
  /** Steps the clock to so many seconds after, or before, the true time. */
  set(seconds: number): void
}

const library = ['/usr/lib', ...folders('/usr/lib').map(folder => join('/usr/lib', folder))]
  .map(folder => join(folder, 'faketime', 'libfaketimeMT.so.1'))
  .find(existsSync)

export function whyNoWallClock(): string | null {
  return library ? null : 'a stepped clock needs faketime (apt-get install faketime)'
}

export function aWallClock(): WallClock {
  const file = join(mkdtempSync(join(tmpdir(), 'darvoza-clock-')), 'offset')
  const set = (seconds: number) => {
    // Renamed, because the process reads the file at every look at the clock.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`)
    renameSync(`${file}.new`, file)
  }
  set(0)
  return {
    env: {
      LD_PRELOAD: library!,
      FAKETIME_TIMESTAMP_FILE: file,
      // libfaketime reads the file at every call; without this only every ten seconds.
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  }
}

function folders(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : []
}
