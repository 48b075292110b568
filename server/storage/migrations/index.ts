import { FirstTables1764000000000 } from './1-first-tables.js'
import { Audit1764100000000 } from './2-audit.js'
import { LogSeen1764200000000 } from './3-log-seen.js'
import { PolicyVersions1764300000000 } from './4-policy-versions.js'
import { Keys1764400000000 } from './5-keys.js'
import { PageSessions1764500000000 } from './6-page-sessions.js'
import { Lists1764600000000 } from './7-lists.js'
import { AuditMark1764700000000 } from './8-audit-mark.js'
import { Installation1764800000000 } from './9-installation.js'
import { OpenOfOne1764900000000 } from './10-open-of-one.js'
import { UserWords1765000000000 } from './11-user-words.js'
import { PasswordHashes1765400000000 } from './15-password-hashes.js'
import { Applications1765500000000 } from './16-applications.js'
import { SessionGrants1765600000000 } from './17-session-grants.js'
import { CodesAndConsents1765700000000 } from './18-codes-and-consents.js'
import { SpentProofs1765800000000 } from './19-spent-proofs.js'
import { ApplicationLists1765900000000 } from './20-application-lists.js'
import { VerifiedEmails1766000000000 } from './21-verified-emails.js'
import { ApiKeys1766100000000 } from './22-api-keys.js'
import { LegacyTokens1766200000000 } from './23-legacy-tokens.js'

/** In order. Small and re-runnable: MySQL does not roll a failed one back. */
export const migrations = [
  FirstTables1764000000000,
  Audit1764100000000,
  LogSeen1764200000000,
  PolicyVersions1764300000000,
  Keys1764400000000,
  PageSessions1764500000000,
  Lists1764600000000,
  AuditMark1764700000000,
  Installation1764800000000,
  OpenOfOne1764900000000,
  UserWords1765000000000,
  PasswordHashes1765400000000,
  Applications1765500000000,
  SessionGrants1765600000000,
  CodesAndConsents1765700000000,
  SpentProofs1765800000000,
  ApplicationLists1765900000000,
  VerifiedEmails1766000000000,
  ApiKeys1766100000000,
  LegacyTokens1766200000000,
]
