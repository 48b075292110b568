// Debian's oidc-agent with a temporary folder: the agent process, which keeps tokens, and its commands.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { aFolder, missing } from './engines.js'
import { ended, waitFor } from './mariadb.js'
import { tied } from './tied.js'

const program = '/usr/bin/oidc-agent'
const running = new Set<ChildProcess>()

/** A `describe` for tests that need oidc-agent; reports it as missing where it is not installed. */
export function onOidcAgent(title: string, define: () => void): void {
  if (existsSync(program)) describe(title, define)
  else missing(title, 'oidc-agent is not installed (apt-get install oidc-agent-cli)')
}

export async function anOidcAgent() {
  const folder = aFolder()
  const socket = join(folder, 'agent')
  const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, OIDC_ENCRYPTION_PW: 'of-the-test' }
  const agent = spawn(...tied(program, ['--console', '--no-autoreauthenticate', '-a', socket]), {
    env,
    stdio: 'ignore',
  })
  running.add(agent)
  await waitFor(async () => accessSync(socket))
  const found = { ...env, OIDC_SOCK: socket }
  return {
    /** Creates an account by the device flow. @param told receives the output so far @returns all output at the end */
    async account(name: string, options: readonly string[], told: (text: string) => void): Promise<string> {
      const usual = ['--flow=device', '--manual', '--prompt=none', '--confirm-default', '--pw-env', '--no-url-call']
      const making = spawn('oidc-gen', [name, ...usual, ...options], { env: found, stdio: ['ignore', 'pipe', 'pipe'] })
      let said = ''
      for (const stream of [making.stdout, making.stderr])
        stream.on('data', (data: Buffer) => {
          said += data
          told(said)
        })
      await once(making, 'close')
      return said
    },

    /** An access token, refreshed by the agent if it has expired. */
    token: async (name: string, ...options: string[]): Promise<string> =>
      (await promisify(execFile)('oidc-token', [...options, name], { env: found })).stdout.trim(),
  }
}

export async function stopOidcAgents(): Promise<void> {
  for (const agent of running) {
    running.delete(agent)
    await ended(agent, 'SIGTERM')
  }
}
