import { authenticationMethodOf } from '../../policy/application-metadata.js';
import { refuse } from '../../protocol/errors.js';
export function createCallingApplication({ authenticate }) {
    return {
        /** Behind the body: `state.application` is who calls. */
        prove({ confidential }) {
            return async (ctx, next) => {
                const form = (ctx.request.body ?? {});
                const { address } = ctx.state;
                const application = await authenticate({ authorization: ctx.get('Authorization'), form, address });
                if (confidential && authenticationMethodOf(application) === 'none')
                    throw refuse('invalid_client');
                ctx.state.application = application;
                await next();
            };
        },
    };
}
//# sourceMappingURL=calling-application.js.map