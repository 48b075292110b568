// The rules of a Redis user (ACL SETUSER) for a server.

/**
 * Rules of an ACL user of Redis that may do all that a server needs, and little more; the README shows them. The last
 * two are for a cluster. `+@write` alone would permit emptying the database.
 */
export const redisAcl =
  '~{darvoza* &darvoza:log* +@read +@write +@pubsub +@connection +@scripting +@transaction -@dangerous +info +cluster|slots +cluster|info'
