var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { name, orNull, uuid, whole } from './columns.js';
/** One browser or installed app on which a user has signed in. */
let Device = class Device {
};
__decorate([
    PrimaryColumn({ ...uuid, primaryKeyConstraintName: 'device_pk' })
], Device.prototype, "id", void 0);
__decorate([
    Column(whole)
], Device.prototype, "userId", void 0);
__decorate([
    Column(orNull(name(128)))
], Device.prototype, "clientDevice", void 0);
__decorate([
    Column(name(150))
], Device.prototype, "name", void 0);
__decorate([
    Column(name(60))
], Device.prototype, "browser", void 0);
__decorate([
    Column(name(60))
], Device.prototype, "platform", void 0);
__decorate([
    Column(name(512))
], Device.prototype, "userAgent", void 0);
__decorate([
    Column(name(45))
], Device.prototype, "address", void 0);
__decorate([
    Column(whole)
], Device.prototype, "firstSeenAt", void 0);
__decorate([
    Column(whole)
], Device.prototype, "lastSeenAt", void 0);
__decorate([
    Column(orNull(whole))
], Device.prototype, "endedAt", void 0);
Device = __decorate([
    Entity('device'),
    Index('device_client_device', ['userId', 'clientDevice'], { unique: true }),
    Index('device_seen', ['lastSeenAt', 'id']),
    Index('device_user_open', ['userId', 'endedAt', 'firstSeenAt', 'id']),
    Index('device_user_seen', ['userId', 'lastSeenAt', 'id']),
    Index('device_address', ['address', 'lastSeenAt', 'id']),
    Index('device_browser', ['browser']),
    Index('device_platform', ['platform'])
    // The second column keeps MySQL from locking this index before the row, as in session.ts.
    ,
    Index('device_ended', ['endedAt', 'firstSeenAt', 'id'])
], Device);
export { Device };
//# sourceMappingURL=device.js.map