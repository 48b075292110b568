// The version of the verifier kit.

/** Version of the package; sent to the server with each renewal of the lease. A test compares it with package.json. */
export const version = '0.1.0'
