import { answerPrepared, prepareJson } from '../prepared.js';
import { openApiDocument } from './document.js';
/** The document is made when it is first asked for, and stays as it is: the tables are the same for as long as the process lives. */
export function createOpenApiHandlers(source) {
    let prepared = null;
    return {
        async openapi(ctx) {
            prepared ??= openApiDocument(source).then(prepareJson);
            answerPrepared(ctx, await prepared);
        },
    };
}
//# sourceMappingURL=openapi.js.map