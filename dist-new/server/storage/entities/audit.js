var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { longText, name, orNull, whole } from './columns.js';
/** Who did what to whom. Append-only: each row's hash covers the row and the hash of the one before. */
let AuditEntry = class AuditEntry {
};
__decorate([
    PrimaryColumn({ ...whole, primaryKeyConstraintName: 'audit_entry_pk' })
], AuditEntry.prototype, "seq", void 0);
__decorate([
    Column(whole)
], AuditEntry.prototype, "createdAt", void 0);
__decorate([
    Column(name(100))
], AuditEntry.prototype, "actor", void 0);
__decorate([
    Column(name(40))
], AuditEntry.prototype, "action", void 0);
__decorate([
    Column(name(20))
], AuditEntry.prototype, "subjectKind", void 0);
__decorate([
    Column(name(100))
], AuditEntry.prototype, "subject", void 0);
__decorate([
    Column(name(45))
], AuditEntry.prototype, "address", void 0);
__decorate([
    Column(name(512))
], AuditEntry.prototype, "userAgent", void 0);
__decorate([
    Column(name(64))
], AuditEntry.prototype, "requestId", void 0);
__decorate([
    Column(orNull(longText))
], AuditEntry.prototype, "beforeJson", void 0);
__decorate([
    Column(orNull(longText))
], AuditEntry.prototype, "afterJson", void 0);
__decorate([
    Column(name(43))
], AuditEntry.prototype, "hash", void 0);
AuditEntry = __decorate([
    Entity('audit_entry'),
    Index('audit_entry_created', ['createdAt', 'seq']),
    Index('audit_entry_actor', ['actor', 'createdAt', 'seq']),
    Index('audit_entry_subject', ['subjectKind', 'subject', 'createdAt', 'seq']),
    Index('audit_entry_action', ['action', 'createdAt', 'seq']),
    Index('audit_entry_address', ['address', 'createdAt', 'seq'])
], AuditEntry);
export { AuditEntry };
/** One row: where the chain ends, and where it begins once old entries were dropped. */
let AuditHead = class AuditHead {
};
__decorate([
    PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'audit_head_pk' })
], AuditHead.prototype, "id", void 0);
__decorate([
    Column(whole)
], AuditHead.prototype, "seq", void 0);
__decorate([
    Column(name(43))
], AuditHead.prototype, "hash", void 0);
__decorate([
    Column({ ...name(43), default: '' })
], AuditHead.prototype, "mark", void 0);
__decorate([
    Column(whole)
], AuditHead.prototype, "droppedSeq", void 0);
__decorate([
    Column(name(43))
], AuditHead.prototype, "droppedHash", void 0);
__decorate([
    Column(name(43))
], AuditHead.prototype, "droppedMark", void 0);
AuditHead = __decorate([
    Entity('audit_head')
], AuditHead);
export { AuditHead };
//# sourceMappingURL=audit.js.map