var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { longText, name, orNull, uuid, whole } from './columns.js';
/** The cookie of a browser that is signed in to our own pages: it holds a session of the built-in application. */
let PageSession = class PageSession {
};
__decorate([
    PrimaryColumn({ ...name(43), primaryKeyConstraintName: 'page_session_pk' })
], PageSession.prototype, "idHash", void 0);
__decorate([
    Index('page_session_session'),
    Column(uuid)
], PageSession.prototype, "sessionId", void 0);
__decorate([
    Column(name(43))
], PageSession.prototype, "formSecret", void 0);
__decorate([
    Column(whole)
], PageSession.prototype, "authenticatedAt", void 0);
__decorate([
    Column(orNull(longText))
], PageSession.prototype, "notices", void 0);
__decorate([
    Column(whole)
], PageSession.prototype, "createdAt", void 0);
PageSession = __decorate([
    Entity('page_session')
], PageSession);
export { PageSession };
//# sourceMappingURL=page-session.js.map