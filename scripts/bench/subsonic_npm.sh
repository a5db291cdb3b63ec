#!/bin/sh
# Asks a server of musfuse as the npm package `subsonic-api` does, by an app password (subsonic.legacy_auth = true):
#     scripts/bench/subsonic_npm.sh http://127.0.0.1:4533 NAME PASSWORD
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here/subsonic_npm.mjs" "$folder/"
cd "$folder"
npm install --silent --no-audit --no-fund subsonic-api@3
node subsonic_npm.mjs "$@"
