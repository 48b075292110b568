var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { longText, name, orNull, whole } from './columns.js';
/** An authorization request that an application has sent ahead (RFC 9126); answered once. */
let PushedRequest = class PushedRequest {
};
__decorate([
    PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'pushed_request_pk' })
], PushedRequest.prototype, "hash", void 0);
__decorate([
    Column(name(100))
], PushedRequest.prototype, "applicationId", void 0);
__decorate([
    Column(longText)
], PushedRequest.prototype, "request", void 0);
__decorate([
    Column(whole)
], PushedRequest.prototype, "expiresAt", void 0);
__decorate([
    Index('pushed_request_kept'),
    Column(whole)
], PushedRequest.prototype, "keptUntil", void 0);
__decorate([
    Column(orNull(whole))
], PushedRequest.prototype, "shownAt", void 0);
__decorate([
    Column(orNull(whole))
], PushedRequest.prototype, "spentAt", void 0);
PushedRequest = __decorate([
    Entity('pushed_request')
], PushedRequest);
export { PushedRequest };
//# sourceMappingURL=pushed-request.js.map