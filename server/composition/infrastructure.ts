// The type of the parts that `composition/` passes to the rooms of identity/: storage, revocation, tokens, sign-in.
import type { RevocationParts } from './revocation.js'
import type { SignInParts } from './sign-in.js'
import type { StorageParts } from './storage.js'
import type { TokenParts } from './tokens.js'

/** The lower layers that every room of identity/ depends on. */
export type Infrastructure = {
  storage: StorageParts
  revocation: RevocationParts
  tokens: TokenParts
  signIn: SignInParts
}
