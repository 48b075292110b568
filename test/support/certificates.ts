// Certificates for tests, made by openssl: a certificate authority (CA) and certificates signed by it.
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aFolder } from './engines.js'

/** Paths of PEM files. */
export type Certificate = { cert: string; key: string }

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

export function anAuthority(name: string) {
  const folder = aFolder()
  const path = (file: string) => join(folder, file)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`, '-days', '2')
  let count = 0

  return {
    /** Path of the CA certificate. */
    ca: path('ca.pem'),
    /** @param days validity from now on; -1 makes a certificate that expired yesterday */
    sign(host: string, days = 2): Certificate {
      const [key, request, cert] = [`${++count}.key`, `${count}.csr`, `${count}.pem`]
      openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${host}`)
      writeFileSync(path('san'), `subjectAltName=DNS:${host}\n`)
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial']
      openssl('x509', '-req', '-in', request, ...by, '-days', String(days), '-extfile', 'san', '-out', cert)
      return { cert: path(cert), key: path(key) }
    },
    /** A copy of the key, encrypted with a passphrase that the server is not given. */
    encrypted({ key }: Certificate): string {
      openssl('pkey', '-in', key, '-aes256', '-passout', 'pass:hunter2', '-out', 'encrypted.key')
      return path('encrypted.key')
    },
  }
}

export const textOf = (path: string): string => readFileSync(path, 'utf8')

/** Overwrites the files of one certificate with another one. */
export function replace(place: Certificate, by: Certificate): void {
  copyFileSync(by.cert, place.cert)
  copyFileSync(by.key, place.key)
}
