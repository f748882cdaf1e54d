#!/bin/sh
# The main job on the sample corpora, in a cache of its own (.demo). Run by `make demo`.
set -eu
cd "$(dirname "$0")/.."
export LATENT_CACHE_DIR="$PWD/.demo/cache"
rm -rf .demo
mkdir -p .demo

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

run latent embed sample_corpora/tales.txt --name tales
run latent neighbors king -n 8
run latent analogy man king woman -n 3
run latent topics sample_corpora/notices.jsonl --k 10 --name notices
run latent report -o .demo/report.html
run latent models
run latent cache verify

printf '\nDone. Open .demo/report.html in a browser; what was trained lies in .demo/cache.\n'
