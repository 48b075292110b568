FROM node:22-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json bin.js tsconfig.json ./
COPY config config
COPY server server
COPY test test
# i18next names TypeScript as an optional peer, so that the prune alone would keep all of it.
RUN npm ci && npm prune --omit=dev && rm -rf node_modules/typescript node_modules/@typescript

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json bin.js ./
COPY views views
COPY public public
RUN mkdir data && chown node data
USER node
EXPOSE 4000
CMD ["node", "dist/server/main.js"]
