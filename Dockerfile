FROM node:22-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json bin.js tsconfig.json ./
COPY config config
COPY server server
# TypeScript is deleted by hand: i18next lists it as an optional peer dependency, so `npm prune` keeps it.
RUN npm ci && npm prune --omit=dev && rm -rf node_modules/typescript node_modules/@typescript

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json bin.js ./
COPY views views
COPY public public
RUN mkdir data && chown node data && ln -s /app/bin.js /usr/local/bin/darvoza
USER node
# The embedded database and its secret key; with MySQL, log-marks.json, by which the server detects a restored database.
VOLUME /app/data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/readyz`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# A small space for new objects (semi-space) saves memory at the same speed. V8 gets one worker thread: on one core, its default
# of four would delay the main thread.
CMD ["node", "--max-semi-space-size=8", "--v8-pool-size=1", "dist/server/main.js"]
