// Certificates for tests, made by openssl: an authority, and what it signed.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from './engines.js';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
export function anAuthority(name) {
    const folder = aFolder();
    const path = (file) => join(folder, file);
    const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`, '-days', '2');
    let count = 0;
    return {
        /** Its own certificate, a path. */
        ca: path('ca.pem'),
        /** @param days from now on; -1: since yesterday it is no more */
        sign(host, days = 2) {
            const [key, request, cert] = [`${++count}.key`, `${count}.csr`, `${count}.pem`];
            openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${host}`);
            writeFileSync(path('san'), `subjectAltName=DNS:${host}\n`);
            const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
            openssl('x509', '-req', '-in', request, ...by, '-days', String(days), '-extfile', 'san', '-out', cert);
            return { cert: path(cert), key: path(key) };
        },
        /** The key again, with a passphrase that nobody gives. */
        encrypted({ key }) {
            openssl('pkey', '-in', key, '-aes256', '-passout', 'pass:hunter2', '-out', 'encrypted.key');
            return path('encrypted.key');
        },
    };
}
export const textOf = (path) => readFileSync(path, 'utf8');
/** Puts one certificate where a server reads another. */
export function replace(place, by) {
    copyFileSync(by.cert, place.cert);
    copyFileSync(by.key, place.key);
}
//# sourceMappingURL=certificates.js.map