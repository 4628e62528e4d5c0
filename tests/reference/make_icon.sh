#!/usr/bin/env bash
# Draws assets/icon.png with the program itself: rock salt on a dark plate. Needs ImageMagick.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo run --quiet -- crystal render assets/samples/crystals/nacl.cif --out "$work/salt.png" \
  --size 840x840 --background transparent --perspective --no-axes --no-cell
convert -size 1024x1024 xc:none -fill '#17212b' -draw 'roundrectangle 16,16 1007,1007 200,200' "$work/plate.png"
convert "$work/plate.png" "$work/salt.png" -gravity center -composite -resize 256x256 -strip assets/icon.png
