// Weaknesses of a resource server, and how to fix them: the doctor's advice, one row each.

export const weaknesses = {
  open: {
    what: 'It answers without a token.',
    mend: 'Ask for a token on this route. With the kit, `protect(verifier, …)` closes a whole application and names what stays open.',
  },
  signature: {
    what: 'It does not check the signature, or not of every token.',
    mend: 'Use the function that verifies (jwtVerify, jwt.decode with a key), never one that only decodes, and refuse on every error of it.',
  },
  algorithm: {
    what: 'It takes the algorithm that the token names.',
    mend: 'Give the library a list with the one algorithm of the issuer (RFC 8725 §3.1): algorithms: ["ES256"]. Never list HS256 or none beside it.',
  },
  key: {
    what: 'It takes keys from the token, or from an address that the token names.',
    mend: 'Take keys from the JWKS of the issuer alone, by `kid`, which is compared with the names of known keys and used for nothing else (no file, no query, no address). Ignore jwk, jku, x5c and x5u in headers.',
  },
  issuer: { what: 'It does not check `iss`.', mend: 'Compare `iss` with the issuer, letter by letter.' },
  audience: {
    what: 'It takes tokens that are for others: each other resource server can act as its callers here.',
    mend: 'Insist that `aud` is this resource server (option `audience` of most libraries; AUDIENCE in SIMPLE_JWT).',
  },
  time: {
    what: 'It does not check when a token is good.',
    mend: 'Refuse a token without `exp`, after `exp`, and before `nbf`, with a few seconds of leeway at most. Where the check is on, look at the clock of the machine.',
  },
  type: {
    what: 'It takes tokens of another kind, such as ID tokens and refresh tokens.',
    mend: 'Insist on the header `typ: at+jwt` (RFC 9068 §4; `typ: "at+jwt"` of jose) and on the claim `token_type: "access"`.',
  },
  claims: {
    what: 'It takes claims of a shape that this issuer never writes.',
    mend: 'Refuse what is not as RFC 9068 §2.2 says: whole numbers for times, one text for `aud`, each member once. The kit does.',
  },
  form: {
    what: 'It reads headers that it does not understand, or a token that is spelt in another way.',
    mend: 'Update the JWT library: RFC 7515 §4.1.11 asks it to refuse `crit` that it does not know, and §2 has one spelling of base64url.',
  },
  carriage: {
    what: 'It takes tokens from where they do not belong.',
    mend: 'Read the token from the Authorization header alone: addresses are logged and handed on (RFC 6750 §5.3; OAuth 2.1 forbids it). Refuse a request with two of these headers.',
  },
  scope: {
    what: 'It does not ask what the token is good for.',
    mend: 'Check `scope` (and `permissions`, `roles`) on each route, and answer 403 insufficient_scope. With the kit: requireToken(verifier, { scope: "…" }).',
  },
  revocation: {
    what: 'It does not learn of revocations in time.',
    mend: 'A library that has the JWKS alone takes a token until `exp`: that is the standard guarantee, and shorter lifetimes are all that helps. The kit (darvoza/verifier) refuses within 2 s of the revocation, introspection at each request at once, introspection that is remembered after that time. If expiry is the bound that you want, give --until-expiry.',
  },
  crash: {
    what: 'It fails with a 5xx where it should refuse.',
    mend: 'Catch what the JWT library throws and answer 401: an unexpected error may leave more behind than an answer.',
  },
  challenge: {
    what: 'It refuses without saying how to do better.',
    mend: 'Answer 401 with `WWW-Authenticate: Bearer error="invalid_token"` (RFC 6750 §3), so that clients know that a refresh helps.',
  },
  scheme: {
    what: 'It does not take the scheme in other letters.',
    mend: 'Compare `Bearer` without regard to case (RFC 9110 §11.1): some clients and proxies write it small.',
  },
} as const satisfies Record<string, { what: string; mend: string }>

export type Weakness = keyof typeof weaknesses
