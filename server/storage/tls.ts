// TLS to the database and to Redis, as Node's options.

/** Certificates and keys are texts in PEM. */
export type TlsOptions = {
  /** null: the authorities that Node knows. */
  ca: string | null
  cert: string | null
  key: string | null
  /** `full`: who signed the server's certificate, and the name in it; `ca`: not the name. */
  verify: 'full' | 'ca' | 'none'
}

/** All but the check of the name, which each driver has in its own way. */
export function secureContext({ ca, cert, key, verify }: TlsOptions) {
  return {
    rejectUnauthorized: verify !== 'none',
    ...(ca !== null && { ca }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
  }
}
