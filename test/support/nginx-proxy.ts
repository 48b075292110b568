// A private nginx as a reverse proxy, from Debian's package, with the default configuration and one `proxy_pass`.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aFolder, missing } from './engines.js'
import { ended, freePort, waitFor } from './mariadb.js'
import { tied } from './tied.js'

const program = ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync)

const running = new Set<ChildProcess>()

/** A `describe` for tests that need nginx; reports it as missing where it is not installed. */
export function onNginxProxy(title: string, define: () => void): void {
  if (program) describe(`${title} (nginx)`, define)
  else missing(`${title} (nginx)`, 'nginx is not installed (apt-get install nginx-light)')
}

/** @param upstream the address that receives all requests */
export async function anNginxProxy(upstream: string): Promise<{ url: string }> {
  const folder = aFolder()
  const port = await freePort()
  const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  writeFileSync(
    join(folder, 'nginx.conf'),
    [
      'daemon off;',
      'worker_processes 1;',
      `pid ${folder}/pid;`,
      'events {}',
      'http {',
      'access_log off;',
      ...kept.map(name => `${name}_temp_path ${folder}/${name};`),
      `server { listen 127.0.0.1:${port}; location / { proxy_pass ${upstream}; } }`,
      '}',
    ].join('\n'),
  )
  const args = ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')]
  const child = spawn(...tied(program!, args), { stdio: 'ignore' })
  running.add(child)
  await waitFor(() => fetch(`http://127.0.0.1:${port}/`))
  return { url: `http://127.0.0.1:${port}` }
}

export async function stopNginxProxies(): Promise<void> {
  for (const child of running) {
    running.delete(child)
    await ended(child, 'SIGTERM')
  }
}
