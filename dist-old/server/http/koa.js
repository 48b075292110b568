import Koa from 'koa';
import { createFastPath } from './fast-path/fast-path.js';
import { createErrors } from './middleware/errors.js';
import { createRequest } from './middleware/request.js';
import { createRouter } from './router.js';
export function createKoa(deps) {
    const { log } = deps;
    const { router, dispatch, fast, notFound, presenterNear } = createRouter(deps);
    const present = (ctx, refusal) => {
        if (ctx.state.writeRefusal)
            return ctx.state.writeRefusal(ctx, refusal);
        const { write, headers } = presenterNear(ctx.path);
        ctx.set(headers);
        return write(ctx, refusal);
    };
    const first = [createRequest(deps), createErrors({ present, log })];
    const app = new WithFastPath(createFastPath({ routes: fast, first, log }));
    // What reaches Koa's own handler is a broken connection, or a mistake in the error middleware itself.
    app.silent = true;
    app.on('error', error => log.debug({ err: error }, 'a connection failed'));
    for (const step of first)
        app.use(step);
    // By this a test finds the router in the application.
    app.use(Object.assign((ctx, next) => dispatch(ctx, next), { router }));
    app.use((ctx, next) => notFound(ctx, next));
    return app;
}
class WithFastPath extends Koa {
    constructor(fastPath) {
        super();
        this.fastPath = fastPath;
    }
    callback() {
        const long = super.callback();
        return async (request, response) => {
            if (!this.fastPath(request, response))
                await long(request, response);
        };
    }
}
//# sourceMappingURL=koa.js.map