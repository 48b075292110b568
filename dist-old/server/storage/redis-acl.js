/**
 * Rules of an ACL user of Redis that may do all that a server asks, and little more; README gives them. The last two are for
 * a cluster. `+@write` alone would let it empty the database.
 */
export const redisAcl = '~{darvoza* &darvoza:log* +@read +@write +@pubsub +@connection +@scripting +@transaction -@dangerous +info +cluster|slots +cluster|info';
//# sourceMappingURL=redis-acl.js.map