// TLS to the database and to Redis, as Node's options.
/** All but the check of the name, which each driver has in its own way. */
export function secureContext({ ca, cert, key, verify }) {
    return {
        rejectUnauthorized: verify !== 'none',
        ...(ca !== null && { ca }),
        ...(cert !== null && { cert }),
        ...(key !== null && { key }),
    };
}
//# sourceMappingURL=tls.js.map