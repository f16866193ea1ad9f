#!/bin/sh
# Makes up the passwords that docker-compose.yml asks for, and .env. What is there stays as it is; to a .env of somebody's
# own the one line is added that Compose does not start without.
set -eu
cd "$(dirname "$0")/.."
umask 077

test -e .env || cp .env.example .env
needed=OPENSEARCH_INITIAL_ADMIN_PASSWORD_FILE
grep -q "^$needed=." .env || { echo; grep "^$needed=" .env.example; } >> .env
mkdir -p secrets
chmod 700 secrets
for name in opensearch_admin_password opensearch_indexer_password opensearch_runtime_password grafana_admin_password \
  visitor_secret; do
  test -s "secrets/$name" || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "secrets/$name"
done
# Empty means none: put a key in, or the entries that `vitrina-runtime key new` prints.
for name in openai_api_key action_api_keys chat_api_keys; do
  test -e "secrets/$name" || : > "secrets/$name"
done
# Each container reads them as a user of its own; the folder keeps everybody else out.
chmod 644 secrets/*
echo "secrets/ and .env are there"
