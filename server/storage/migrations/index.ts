// The list of migrations.
import type { MigrationInterface } from 'typeorm'

/**
 * Migrations in order. Small and re-runnable: MySQL does not roll a failed one back. Each is loaded only to be run,
 * and TypeORM with it; a start reads only their names.
 */
const files = {
  FirstTables1764000000000: () => import('./1-first-tables.js'),
  Audit1764100000000: () => import('./2-audit.js'),
  LogSeen1764200000000: () => import('./3-log-seen.js'),
  PolicyVersions1764300000000: () => import('./4-policy-versions.js'),
  Keys1764400000000: () => import('./5-keys.js'),
  PageSessions1764500000000: () => import('./6-page-sessions.js'),
  Lists1764600000000: () => import('./7-lists.js'),
  AuditMark1764700000000: () => import('./8-audit-mark.js'),
  Installation1764800000000: () => import('./9-installation.js'),
  OpenOfOne1764900000000: () => import('./10-open-of-one.js'),
  UserWords1765000000000: () => import('./11-user-words.js'),
  PasswordHashes1765400000000: () => import('./15-password-hashes.js'),
  Applications1765500000000: () => import('./16-applications.js'),
  SessionGrants1765600000000: () => import('./17-session-grants.js'),
  CodesAndConsents1765700000000: () => import('./18-codes-and-consents.js'),
  SpentProofs1765800000000: () => import('./19-spent-proofs.js'),
  ApplicationLists1765900000000: () => import('./20-application-lists.js'),
  VerifiedEmails1766000000000: () => import('./21-verified-emails.js'),
  ApiKeys1766100000000: () => import('./22-api-keys.js'),
  LegacyTokens1766200000000: () => import('./23-legacy-tokens.js'),
  Verifiers1766300000000: () => import('./24-verifiers.js'),
  Registrations1766600000000: () => import('./27-registrations.js'),
  PushedRequests1766400000000: () => import('./25-pushed-requests.js'),
  DeviceCodes1766500000000: () => import('./26-device-codes.js'),
  Deliveries1766700000000: () => import('./28-deliveries.js'),
} satisfies Record<string, () => Promise<object>>

type MigrationClass = new () => MigrationInterface

export const migrationNames: readonly string[] = Object.keys(files)

export function migrationClasses(): Promise<MigrationClass[]> {
  return Promise.all(
    Object.entries(files).map(async ([name, load]) => ((await load()) as Record<string, MigrationClass>)[name]!),
  )
}
