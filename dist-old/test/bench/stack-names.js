// The servers that `npm run bench` compares, and what is the same at all of them.
export const stackNames = ['darvoza', 'node-oauth', 'oidc'];
/** It proves that it runs, with few of everything. */
export const quick = Boolean(process.env.QUICK);
export const password = 'correct horse battery';
/** Enough of them that no two sign-ins in flight are one person's. */
export const people = quick ? 16 : 64;
export const usernameOf = (index) => `user${index % people}`;
/** Applications that get tokens of their own, one for each connection. */
export const machines = quick ? 4 : 32;
export const machineOf = (lane) => `machine-${lane % machines}`;
/** The one that asks what a token is worth. */
export const resourceServer = 'orders';
/** One whose tokens last a second, at the peers. */
export const briefly = 'brief';
/** Of every application. */
export const secret = `dvz_sec_${'s'.repeat(43)}`;
//# sourceMappingURL=stack-names.js.map