// The names of the servers that `npm run bench` compares, and the users and applications common to all of them.

export const stackNames = ['darvoza', 'node-oauth', 'oidc'] as const
export type StackName = (typeof stackNames)[number]

/** QUICK: a smoke test with small numbers. */
export const quick = Boolean(process.env.QUICK)

export const password = 'correct horse battery'
/** Number of users, enough that no two concurrent sign-ins are of the same user. */
export const people = quick ? 16 : 64
export const usernameOf = (index: number) => `user${index % people}`

/** Number of applications with client_credentials, one for each connection. */
export const machines = quick ? 4 : 32
export const machineOf = (lane: number) => `machine-${lane % machines}`
/** The application that introspects tokens. */
export const resourceServer = 'orders'
/** An application of the peers whose tokens have a lifetime of one second. */
export const briefly = 'brief'
/** The client secret of every application. */
export const secret = `dvz_sec_${'s'.repeat(43)}`

/** Settings of a peer process. */
export type PeerSettings = { port: number; redisPort: number; cost: number }
