// nginx with njs, both from Debian's packages, running a copy of an example folder.
import { existsSync } from 'node:fs'
import { copied } from './copied.js'
import { missing } from './engines.js'
import { type Running, running } from './orders.js'

const program = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(existsSync)
const scripts = existsSync('/usr/lib/nginx/modules/ngx_http_js_module.so')

/** A `describe` for tests that need nginx with njs; reports it as missing where it is not installed. */
export function onNginx(title: string, define: (this: Mocha.Suite) => void): void {
  if (program && scripts) describe(title, define)
  else missing(title, 'nginx or njs is not installed (apt-get install nginx-light libnginx-mod-http-js)')
}

/** @param changes as in copied() */
export function anNginx(example: string, port: number, changes: Readonly<Record<string, string>>): Promise<Running> {
  // A single process, so that no worker process is left when it is killed.
  const args = ['-p', copied(example, changes), '-c', 'try.conf', '-g', 'master_process off;']
  return running(example, [program!, ...args], port)
}
