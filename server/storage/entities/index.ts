// Entities serve the schema, the drift test and rare reads. No relations: foreign keys are plain columns.
import { ApiKey } from './api-key.js'
import { Application, ApplicationSecret } from './application.js'
import { AuditEntry, AuditHead } from './audit.js'
import { Code, Consent } from './authorization.js'
import { Delivery, Sweep } from './delivery.js'
import { Device } from './device.js'
import { DeviceCode } from './device-code.js'
import { Figure } from './figure.js'
import { Incident } from './incident.js'
import { InitialAccessToken } from './initial-access-token.js'
import { Installation } from './installation.js'
import { SealedSecret, SigningKey } from './key.js'
import { LegacyCount, LegacyToken } from './legacy-token.js'
import { LastNumber } from './number.js'
import { PageSession } from './page-session.js'
import { PolicyVersion } from './policy-version.js'
import { PushedRequest } from './pushed-request.js'
import { Heartbeat, LogHead, RevocationEntry } from './revocation.js'
import { Role, UserRole } from './role.js'
import { Session } from './session.js'
import { SpentProof } from './spent-proof.js'
import { User } from './user.js'
import { UserWord } from './user-word.js'
import { Verifier } from './verifier.js'

export const entities = [
  ApiKey,
  Application,
  ApplicationSecret,
  AuditEntry,
  AuditHead,
  Code,
  Consent,
  Delivery,
  Device,
  DeviceCode,
  Figure,
  Heartbeat,
  Incident,
  InitialAccessToken,
  Installation,
  LastNumber,
  LegacyCount,
  LegacyToken,
  LogHead,
  PageSession,
  PolicyVersion,
  PushedRequest,
  RevocationEntry,
  Role,
  SealedSecret,
  Session,
  SigningKey,
  SpentProof,
  Sweep,
  User,
  UserRole,
  UserWord,
  Verifier,
]
