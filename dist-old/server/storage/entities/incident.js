var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { name, uuid, whole } from './columns.js';
/** A refresh token that was used again after its grace: who came, and what the session had moved on to. */
let Incident = class Incident {
};
__decorate([
    PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'incident_pk' })
], Incident.prototype, "id", void 0);
__decorate([
    Column(uuid)
], Incident.prototype, "sessionId", void 0);
__decorate([
    Column(whole)
], Incident.prototype, "userId", void 0);
__decorate([
    Column(whole)
], Incident.prototype, "presentedGeneration", void 0);
__decorate([
    Column(whole)
], Incident.prototype, "presentGeneration", void 0);
__decorate([
    Column(name(45))
], Incident.prototype, "address", void 0);
__decorate([
    Column(name(512))
], Incident.prototype, "userAgent", void 0);
__decorate([
    Column(name(64))
], Incident.prototype, "requestId", void 0);
__decorate([
    Column(whole)
], Incident.prototype, "createdAt", void 0);
Incident = __decorate([
    Entity('incident'),
    Index('incident_created', ['createdAt', 'id']),
    Index('incident_user_created', ['userId', 'createdAt', 'id']),
    Index('incident_session', ['sessionId'])
], Incident);
export { Incident };
//# sourceMappingURL=incident.js.map