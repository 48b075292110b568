// TLS to the database and to Redis, as Node's options.

/** Certificates and keys are texts in PEM. */
export type TlsOptions = {
  /** null: the certificate authorities that Node trusts. */
  ca: string | null
  cert: string | null
  key: string | null
  /** `full`: the authority and the name in the server's certificate are verified; `ca`: not the name. */
  verify: 'full' | 'ca' | 'none'
}

/** TLS options except the check of the name, which each driver has in its own way. */
export function secureContext({ ca, cert, key, verify }: TlsOptions) {
  return {
    rejectUnauthorized: verify !== 'none',
    ...(ca !== null && { ca }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
  }
}
