var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { name, orNull, uuid, whole } from './columns.js';
/** One logout token on its way to one application: that a session has ended which it holds. */
let Delivery = class Delivery {
};
__decorate([
    PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'delivery_pk' })
], Delivery.prototype, "id", void 0);
__decorate([
    Column(uuid)
], Delivery.prototype, "sessionId", void 0);
__decorate([
    Column(name(8))
], Delivery.prototype, "ended", void 0);
__decorate([
    Column(name(100))
], Delivery.prototype, "applicationId", void 0);
__decorate([
    Column(whole)
], Delivery.prototype, "userId", void 0);
__decorate([
    Column(name(8))
], Delivery.prototype, "state", void 0);
__decorate([
    Column({ type: 'int' })
], Delivery.prototype, "round", void 0);
__decorate([
    Column({ type: 'int' })
], Delivery.prototype, "attempts", void 0);
__decorate([
    Column(whole)
], Delivery.prototype, "nextAt", void 0);
__decorate([
    Column(orNull(name(24)))
], Delivery.prototype, "taker", void 0);
__decorate([
    Column(orNull(name(16)))
], Delivery.prototype, "failure", void 0);
__decorate([
    Column({ type: 'int', nullable: true })
], Delivery.prototype, "status", void 0);
__decorate([
    Column(whole)
], Delivery.prototype, "createdAt", void 0);
__decorate([
    Column(whole)
], Delivery.prototype, "since", void 0);
__decorate([
    Column(orNull(whole))
], Delivery.prototype, "doneAt", void 0);
Delivery = __decorate([
    Entity('delivery')
    // A session's end is told once, however it is found.
    ,
    Index('delivery_end', ['sessionId', 'ended'], { unique: true }),
    Index('delivery_due', ['state', 'applicationId', 'nextAt']),
    Index('delivery_created', ['createdAt', 'id']),
    Index('delivery_application', ['applicationId', 'createdAt', 'id']),
    Index('delivery_state', ['state', 'createdAt', 'id'])
], Delivery);
export { Delivery };
/** Sessions of this subject below this number of the log are over: they are to be marked, and their applications told. */
let Sweep = class Sweep {
};
__decorate([
    PrimaryColumn({ ...whole, primaryKeyConstraintName: 'sweep_pk' })
], Sweep.prototype, "seq", void 0);
__decorate([
    Column(name(12))
], Sweep.prototype, "kind", void 0);
__decorate([
    Column(name(190))
], Sweep.prototype, "subject", void 0);
__decorate([
    Column(name(60))
], Sweep.prototype, "reason", void 0);
__decorate([
    Column(name(190))
], Sweep.prototype, "actor", void 0);
__decorate([
    Column(whole)
], Sweep.prototype, "createdAt", void 0);
__decorate([
    Index('sweep_next'),
    Column(whole)
], Sweep.prototype, "nextAt", void 0);
__decorate([
    Column({ type: 'int' })
], Sweep.prototype, "passes", void 0);
Sweep = __decorate([
    Entity('sweep')
], Sweep);
export { Sweep };
//# sourceMappingURL=delivery.js.map