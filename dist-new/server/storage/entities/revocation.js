var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { name, orNull, uuid, whole } from './columns.js';
/** One entry of the revocation log. `seq` is given out by `log_head`: gapless, in the order of commits. */
let RevocationEntry = class RevocationEntry {
};
__decorate([
    PrimaryColumn({ ...whole, primaryKeyConstraintName: 'revocation_pk' })
], RevocationEntry.prototype, "seq", void 0);
__decorate([
    Column(name(12))
], RevocationEntry.prototype, "kind", void 0);
__decorate([
    Column(name(190))
], RevocationEntry.prototype, "subject", void 0);
__decorate([
    Column(name(8))
], RevocationEntry.prototype, "effect", void 0);
__decorate([
    Column(orNull(uuid))
], RevocationEntry.prototype, "exceptSid", void 0);
__decorate([
    Column(name(60))
], RevocationEntry.prototype, "reason", void 0);
__decorate([
    Column(name(190))
], RevocationEntry.prototype, "actor", void 0);
__decorate([
    Column(whole)
], RevocationEntry.prototype, "createdAt", void 0);
__decorate([
    Index('revocation_expires'),
    Column(whole)
], RevocationEntry.prototype, "expiresAt", void 0);
__decorate([
    Column(orNull(whole))
], RevocationEntry.prototype, "enforcedAt", void 0);
__decorate([
    Column(orNull(whole))
], RevocationEntry.prototype, "enforcedVerifiers", void 0);
RevocationEntry = __decorate([
    Entity('revocation'),
    Index('revocation_subject', ['kind', 'subject', 'seq']),
    Index('revocation_actor', ['actor', 'seq']),
    Index('revocation_reason', ['reason', 'seq'])
], RevocationEntry);
export { RevocationEntry };
/** One row: the log's position, and the versions of what each process keeps in memory. Raised last in a transaction. */
let LogHead = class LogHead {
};
__decorate([
    PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'log_head_pk' })
], LogHead.prototype, "id", void 0);
__decorate([
    Column(name(16))
], LogHead.prototype, "logId", void 0);
__decorate([
    Column(whole)
], LogHead.prototype, "seq", void 0);
__decorate([
    Column(whole)
], LogHead.prototype, "endedSeq", void 0);
__decorate([
    Column(whole)
], LogHead.prototype, "horizon", void 0);
__decorate([
    Column({ type: 'int' })
], LogHead.prototype, "accessLifetime", void 0);
__decorate([
    Column({ type: 'int' })
], LogHead.prototype, "policyVersion", void 0);
__decorate([
    Column({ type: 'int' })
], LogHead.prototype, "keyVersion", void 0);
__decorate([
    Column({ type: 'int', default: 1 })
], LogHead.prototype, "applicationVersion", void 0);
__decorate([
    Column({ type: 'int', default: 1 })
], LogHead.prototype, "resourceVersion", void 0);
__decorate([
    Column(orNull(whole))
], LogHead.prototype, "seenSeq", void 0);
LogHead = __decorate([
    Entity('log_head')
], LogHead);
export { LogHead };
/** One row: when some process last reached the database, and the latest time none did. */
let Heartbeat = class Heartbeat {
};
__decorate([
    PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'heartbeat_pk' })
], Heartbeat.prototype, "id", void 0);
__decorate([
    Column(whole)
], Heartbeat.prototype, "outageStartedAt", void 0);
__decorate([
    Column(whole)
], Heartbeat.prototype, "outageEndedAt", void 0);
__decorate([
    Column(whole)
], Heartbeat.prototype, "beatAt", void 0);
Heartbeat = __decorate([
    Entity('heartbeat')
], Heartbeat);
export { Heartbeat };
//# sourceMappingURL=revocation.js.map