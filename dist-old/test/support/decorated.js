var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
// Controllers as people write them. Compiled twice: with TypeScript's older decorators, and by a test with the standard ones.
import { AllowAny, guard, needsOf, RequirePermission, RequireRole, RequireScope, RequireToken, } from '../../server/verifier/decorators.js';
export { guard, needsOf };
/** Puts another function in the place of a method, as many decorators do; in either form of the language. */
// biome-ignore lint/suspicious/noExplicitAny: as in decorators.ts
function Logged(value, _second, third) {
    const method = third ? third.value : value;
    function logged(...args) {
        return method.apply(this, args);
    }
    if (!third)
        return logged;
    third.value = logged;
    return third;
}
let Orders = class Orders {
    constructor() {
        this.greeting = 'hello';
        this.openField = () => this.greeting;
        this.field = () => this.greeting;
    }
    plain() {
        return this.greeting;
    }
    create() {
        return this.greeting;
    }
    exported() { }
    remove() { }
    prices() {
        return this.greeting;
    }
    loggedOutside() { }
    loggedInside() { }
    openLogged() { }
};
__decorate([
    RequirePermission('orders:write')
], Orders.prototype, "create", null);
__decorate([
    RequirePermission('orders:read'),
    RequireToken({ maxAge: 300, permission: 'orders:export' })
], Orders.prototype, "exported", null);
__decorate([
    RequireRole('admin', 'boss')
], Orders.prototype, "remove", null);
__decorate([
    AllowAny
], Orders.prototype, "prices", null);
__decorate([
    Logged,
    RequirePermission('orders:write')
], Orders.prototype, "loggedOutside", null);
__decorate([
    RequirePermission('orders:write'),
    Logged
], Orders.prototype, "loggedInside", null);
__decorate([
    Logged,
    AllowAny
], Orders.prototype, "openLogged", null);
__decorate([
    AllowAny
], Orders.prototype, "openField", void 0);
__decorate([
    RequirePermission('orders:write')
], Orders.prototype, "field", void 0);
Orders = __decorate([
    RequireScope('orders')
], Orders);
class MoreOrders extends Orders {
    constructor() {
        super(...arguments);
        this.openField = () => 'more';
    }
    create() {
        return 'more';
    }
    prices() {
        return 'more';
    }
    added() { }
}
let Open = class Open {
    anything() { }
    closed() { }
};
__decorate([
    RequireRole('admin')
], Open.prototype, "closed", null);
Open = __decorate([
    AllowAny
], Open);
class BelowOpen extends Open {
    added() { }
}
class Undecorated {
    anything() { }
}
class Contradiction {
    both() { }
}
__decorate([
    AllowAny,
    RequireRole('admin')
], Contradiction.prototype, "both", null);
let TwoRoles = class TwoRoles {
    one() { }
};
__decorate([
    RequireRole('admin')
], TwoRoles.prototype, "one", null);
TwoRoles = __decorate([
    RequireRole('staff')
], TwoRoles);
export const controllers = {
    orders: () => new Orders(),
    moreOrders: () => new MoreOrders(),
    open: () => new Open(),
    belowOpen: () => new BelowOpen(),
    undecorated: () => new Undecorated(),
    contradiction: () => new Contradiction(),
    twoRoles: () => new TwoRoles(),
};
//# sourceMappingURL=decorated.js.map