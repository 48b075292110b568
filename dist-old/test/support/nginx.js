// nginx with njs, both from Debian's packages, running a folder of the examples as somebody would copy it.
import { existsSync } from 'node:fs';
import { copied } from './copied.js';
import { missing } from './engines.js';
import { running } from './orders.js';
const program = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(existsSync);
const scripts = existsSync('/usr/lib/nginx/modules/ngx_http_js_module.so');
/** Describes behaviour that needs nginx with njs. */
export function onNginx(title, define) {
    if (program && scripts)
        describe(title, define);
    else
        missing(title, 'nginx or njs is not installed (apt-get install nginx-light libnginx-mod-http-js)');
}
/** @param changes as of copied() */
export function anNginx(example, port, changes) {
    // One process: when it is killed, no workers are left behind.
    const args = ['-p', copied(example, changes), '-c', 'try.conf', '-g', 'master_process off;'];
    return running(example, [program, ...args], port);
}
//# sourceMappingURL=nginx.js.map