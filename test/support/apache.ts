// A private Apache with mod_auth_openidc, both from Debian's packages, with a temporary folder and a port.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { aFolder, missing } from './engines.js'
import { ended, waitFor } from './mariadb.js'
import { tied } from './tied.js'

const program = ['/usr/sbin/apache2', '/usr/sbin/httpd'].find(existsSync)
const modules = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules'].find(folder =>
  existsSync(join(folder, 'mod_auth_openidc.so')),
)

export type Apache = { url: string; errors(): string }

const running = new Set<ChildProcess>()

/** A `describe` for tests that need Apache with mod_auth_openidc; reports it as missing where it is not installed. */
export function onApache(title: string, define: () => void): void {
  if (program && modules) describe(title, define)
  else missing(title, 'mod_auth_openidc is not installed (apt-get install apache2-bin libapache2-mod-auth-openidc)')
}

/**
 * A website with a public page `/` and a protected page `/inside/`, which shows REMOTE_USER.
 * @param port a free port, chosen by the caller: the redirect address is registered before Apache starts
 * @param directives configuration lines of mod_auth_openidc
 */
export async function anApache(port: number, directives: readonly string[]): Promise<Apache> {
  const folder = aFolder()
  const url = `http://localhost:${port}`
  const log = join(folder, 'error.log')
  mkdirSync(join(folder, 'pages/inside'), { recursive: true })
  writeFileSync(join(folder, 'pages/index.html'), 'Anybody sees this.')
  writeFileSync(join(folder, 'pages/inside/index.shtml'), 'Inside is <!--#echo var="REMOTE_USER" -->.')
  // Started as root, Apache serves as the user nobody, who must be able to read the folder.
  const asRoot = userInfo().uid === 0
  if (asRoot) chmodSync(folder, 0o755)
  const loaded = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'dir', 'mime', 'include', 'auth_openidc']
  writeFileSync(
    join(folder, 'httpd.conf'),
    [
      ...loaded.map(name => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
      ...(asRoot ? ['User nobody', 'Group nogroup'] : []),
      'ServerName localhost',
      `Listen 127.0.0.1:${port}`,
      `ServerRoot "${folder}"`,
      `DefaultRuntimeDir "${folder}"`,
      `PidFile "${folder}/pid"`,
      `ErrorLog "${log}"`,
      'Mutex pthread',
      'TypesConfig /dev/null',
      `DocumentRoot "${folder}/pages"`,
      'DirectoryIndex index.html index.shtml',
      'AddType text/html .html .shtml',
      'AddOutputFilter INCLUDES .shtml',
      '<Location /inside>',
      'Options +Includes',
      'AuthType openid-connect',
      'Require valid-user',
      '</Location>',
      ...directives,
    ].join('\n'),
  )
  const child = spawn(...tied(program!, ['-f', join(folder, 'httpd.conf'), '-DFOREGROUND']), { stdio: 'ignore' })
  running.add(child)
  await waitFor(() => fetch(`http://127.0.0.1:${port}/`))
  return { url, errors: () => readFileSync(log, 'utf8') }
}

export async function stopApaches(): Promise<void> {
  for (const child of running) {
    running.delete(child)
    // The parent process stops its worker processes on SIGTERM.
    await ended(child, 'SIGTERM')
  }
}
