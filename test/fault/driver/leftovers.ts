// Cleanup: all temporary files of the driver lie in one folder and its links in one namespace, and a shell that
// outlives the driver removes both, however the driver ends. Child processes are tied to it (support/tied.ts).
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { namespaceName, removeOldNamespaces, whyNoNamespace } from './namespace.js'

const folderPrefix = 'darvoza-fault-'

/** From now on temporary folders of this process and its children lie in one folder that is removed with it. */
export function leaveNothing(): void {
  removeOldFolders()
  const spaces = whyNoNamespace() === null
  if (spaces) removeOldNamespaces()

  const folder = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`))
  process.env.TMPDIR = folder
  // Reads until the pipe breaks: nothing is written to it, so that happens when this process ends. The loop kills
  // processes that are not tied, such as those that the installation of the database has started.
  const script = `
    cat >/dev/null; sleep 0.2
    for found in $(grep -lsz -- "^TMPDIR=$1$" /proc/[0-9]*/environ); do
      pid=\${found#/proc/}; kill -9 "\${pid%/environ}"
    done
    sleep 0.1
    [ -n "$2" ] && ip netns del "$2"
    rm -rf -- "$1"`
  const shell = spawn('sh', ['-c', script, 'sh', folder, spaces ? namespaceName() : ''], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
  shell.unref()
  ;(shell.stdin as unknown as { unref(): void }).unref()
}

function removeOldFolders(): void {
  if (!existsSync('/proc')) return
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name) ?? []
    if (pid && !existsSync(`/proc/${pid}`)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
