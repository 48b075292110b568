// The handler that serves the document of the API (OpenAPI 3.1) as JSON at `/openapi.json`.
import type { Context } from '../handler.js'
import type { AnyAccess } from '../kinds/kind.js'
import { answerPrepared, type Prepared, prepareJson } from '../prepared.js'
import { type DocumentSource, openApiDocument } from './document.js'

/** The document is made at the first request and then kept: the tables do not change while the process runs. */
export function createOpenApiHandlers<N extends string, A extends AnyAccess>(source: DocumentSource<N, A>) {
  let prepared: Promise<Prepared> | null = null
  return {
    async openapi(ctx: Context): Promise<void> {
      prepared ??= openApiDocument(source).then(prepareJson)
      answerPrepared(ctx, await prepared)
    },
  }
}
