// One application on each framework, with the same routes, closed by the same rules.
import { createServer } from 'node:http';
import Router from '@koa/router';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { Refusal, refuse } from '../../server/protocol/errors.js';
import { createBoundTokens } from '../../server/verifier/bound-tokens.js';
import * as byExpress from '../../server/verifier/express.js';
import * as byFastify from '../../server/verifier/fastify.js';
import * as byKoa from '../../server/verifier/koa.js';
import { requireNeeds } from '../../server/verifier/needs.js';
import * as byNode from '../../server/verifier/node.js';
export const issuer = 'https://id.example.com';
export const audience = 'https://api.example.com/v1/';
/** Knows tokens by their text. All else of it is tried in tests of its own. */
export function aVerifier(known) {
    const boundTokens = createBoundTokens();
    const asked = [];
    function look(text, needs = {}) {
        asked.push({ text, needs });
        const found = Object.hasOwn(known, text) ? known[text] : refuse('token_malformed');
        if (found instanceof Error)
            throw found instanceof Refusal ? refuse(found.code, found.details) : found;
        const claims = { sub: '7', roles: [], scopes: [], permissions: [], ...found };
        boundTokens.check(text, claims, needs.proof, Date.now());
        requireNeeds(claims, needs, Date.now());
        return claims;
    }
    return {
        issuer,
        audience,
        asked,
        verify: async (text, needs) => look(text, needs),
        verifyApiKey: async (text, needs) => look(text, needs),
    };
}
const said = (token) => ({ sub: token?.sub ?? null });
const split = (route) => route.split(' ');
export const frameworks = {
    async koa({ verifier, rules, options, routes }) {
        const app = new Koa();
        // Faults are told to the client alone.
        app.silent = true;
        const router = new Router();
        app.use(byKoa.protect(verifier, { ...rules, ...options }));
        for (const [route, needs] of Object.entries(routes)) {
            const [method, path] = split(route);
            router.register(path, [method], [
                ...(needs ? [byKoa.requireToken(verifier, needs, options)] : []),
                ctx => {
                    ctx.body = said(ctx.state.token);
                },
            ]);
        }
        app.use(router.routes());
        return listening('koa', app.callback());
    },
    async express({ verifier, rules, options, routes }) {
        const app = express();
        app.set('env', 'test');
        app.use(byExpress.protect(verifier, { ...rules, ...options }));
        for (const [route, needs] of Object.entries(routes)) {
            const [method, path] = split(route);
            const before = needs ? [byExpress.requireToken(verifier, needs, options)] : [];
            const verb = method.toLowerCase();
            app[verb](path, ...before, (req, res) => void res.json(said(req.token)));
        }
        return listening('express', app);
    },
    async fastify({ verifier, rules, options, routes }) {
        const app = fastify();
        await app.register(byFastify.protect(verifier, { ...rules, ...options }));
        // In a context of its own, as plugins have.
        await app.register((inner, _, done) => {
            for (const [route, needs] of Object.entries(routes)) {
                const [method, url] = split(route);
                const onRequest = needs ? [byFastify.requireToken(verifier, needs, options)] : [];
                inner.route({
                    method: method,
                    url,
                    onRequest,
                    handler: async (request) => said(request.token),
                });
            }
            done();
        });
        const url = await app.listen({ host: '127.0.0.1', port: 0 });
        return { name: 'fastify', url, close: () => app.close() };
    },
    async node({ verifier, rules, options, routes }) {
        const own = Object.fromEntries(Object.entries(routes).map(([route, needs]) => [route, needs && byNode.requireToken(verifier, needs, options)]));
        const quiet = { ...rules, ...options, onFault: () => { } };
        const listener = byNode.protect(verifier, quiet, async (req, res, token) => {
            const { pathname } = new URL(req.url, 'http://localhost');
            const method = req.method === 'HEAD' ? 'GET' : req.method;
            const route = `${method} ${pathname}`;
            if (!Object.hasOwn(own, route))
                return void res.writeHead(404).end();
            if (own[route] && !(await own[route](req, res)))
                return;
            res.setHeader('Content-Type', 'application/json').end(JSON.stringify(said(token)));
        });
        return listening('node', (req, res) => void listener(req, res));
    },
};
export async function listening(name, listener) {
    const server = createServer(listener);
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    return {
        name,
        url: `http://127.0.0.1:${port}`,
        close: () => new Promise(resolve => {
            server.close(() => resolve());
            server.closeAllConnections();
        }),
    };
}
//# sourceMappingURL=frameworks.js.map