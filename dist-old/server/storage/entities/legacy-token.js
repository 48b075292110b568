var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { name, orNull, uuid, whole } from './columns.js';
/** A refresh token of the former service: listed there, on its blacklist, exchanged here, or given back here. */
let LegacyToken = class LegacyToken {
};
__decorate([
    PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'legacy_token_pk' })
], LegacyToken.prototype, "hash", void 0);
__decorate([
    Column(orNull(whole))
], LegacyToken.prototype, "userId", void 0);
__decorate([
    Column(orNull(whole))
], LegacyToken.prototype, "listedAt", void 0);
__decorate([
    Column(orNull(whole))
], LegacyToken.prototype, "exchangedAt", void 0);
__decorate([
    Column(orNull(uuid))
], LegacyToken.prototype, "sessionId", void 0);
__decorate([
    Column({ type: 'int' })
], LegacyToken.prototype, "generation", void 0);
__decorate([
    Column(orNull(whole))
], LegacyToken.prototype, "endedAt", void 0);
__decorate([
    Index('legacy_token_expires'),
    Column(whole)
], LegacyToken.prototype, "expiresAt", void 0);
LegacyToken = __decorate([
    Entity('legacy_token'),
    Index('legacy_token_open', ['exchangedAt', 'endedAt', 'expiresAt'])
], LegacyToken);
export { LegacyToken };
/** How many such tokens were exchanged, or refused with which code, on a day (of UTC). */
let LegacyCount = class LegacyCount {
};
__decorate([
    PrimaryColumn({ ...whole, primaryKeyConstraintName: 'legacy_count_pk' })
], LegacyCount.prototype, "day", void 0);
__decorate([
    PrimaryColumn({ ...name(60), primaryKeyConstraintName: 'legacy_count_pk' })
], LegacyCount.prototype, "what", void 0);
__decorate([
    Column(whole)
], LegacyCount.prototype, "value", void 0);
LegacyCount = __decorate([
    Entity('legacy_count')
], LegacyCount);
export { LegacyCount };
//# sourceMappingURL=legacy-token.js.map