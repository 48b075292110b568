// Controllers with the kit's decorators. Compiled twice: with TypeScript's legacy decorators, and by a test with the
// standard ones.
import {
  AllowAny,
  guard,
  needsOf,
  RequirePermission,
  RequireRole,
  RequireScope,
  RequireToken,
} from '../../server/verifier/decorators.js'

export { guard, needsOf }

/** A decorator that replaces a method, as many do; works in both forms of decorators. */
// biome-ignore lint/suspicious/noExplicitAny: as in decorators.ts
function Logged(value: any, _second: any, third?: any): any {
  const method = third ? third.value : value
  function logged(this: unknown, ...args: unknown[]) {
    return method.apply(this, args)
  }
  if (!third) return logged
  third.value = logged
  return third
}

@RequireScope('orders')
class Orders {
  readonly greeting = 'hello'

  plain() {
    return this.greeting
  }

  @RequirePermission('orders:write')
  create() {
    return this.greeting
  }

  @RequirePermission('orders:read')
  @RequireToken({ maxAge: 300, permission: 'orders:export' })
  exported() {}

  @RequireRole('admin', 'boss')
  remove() {}

  @AllowAny
  prices() {
    return this.greeting
  }

  @Logged
  @RequirePermission('orders:write')
  loggedOutside() {}

  @RequirePermission('orders:write')
  @Logged
  loggedInside() {}

  @Logged
  @AllowAny
  openLogged() {}

  @AllowAny
  openField = () => this.greeting

  @RequirePermission('orders:write')
  field = () => this.greeting
}

class MoreOrders extends Orders {
  override create() {
    return 'more'
  }

  override prices() {
    return 'more'
  }

  override openField = () => 'more'

  added() {}
}

@AllowAny
class Open {
  anything() {}

  @RequireRole('admin')
  closed() {}
}

class BelowOpen extends Open {
  added() {}
}

class Undecorated {
  anything() {}
}

class Contradiction {
  @AllowAny
  @RequireRole('admin')
  both() {}
}

@RequireRole('staff')
class TwoRoles {
  @RequireRole('admin')
  one() {}
}

export const controllers = {
  orders: () => new Orders(),
  moreOrders: () => new MoreOrders(),
  open: () => new Open(),
  belowOpen: () => new BelowOpen(),
  undecorated: () => new Undecorated(),
  contradiction: () => new Contradiction(),
  twoRoles: () => new TwoRoles(),
}
