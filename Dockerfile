# Runs the bot; name the Slack variables and, for anything that must last, DATABASE_URL or a volume on /data.
FROM node:22-bookworm-slim

# pg_dump and mysqldump, for backups; git, for post-mortems kept in a repository; the project brings its own Node and its own PostgreSQL server.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git openssh-client postgresql-client default-mysql-client \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY . .

RUN mkdir /data && chown node:node /data
USER node
ENV NODE_ENV=production DATA_DIR=/data
EXPOSE 3000
VOLUME /data

HEALTHCHECK --interval=30s --timeout=3s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Not npm start: signals must reach the process itself, which drains and ends with 0.
# A young generation of V8's default size costs 35 MB and saves nothing that could be measured.
CMD ["node", "--max-semi-space-size=16", "bin/tocsin.mjs", "start"]
