#!/usr/bin/env python3
"""Makes descriptors.json: what other programs say about the test pictures of the descriptors.

usage: make_descriptors.py OUT.json      (needs pillow, imagehash and matplotlib)

`hashes`: imagehash.phash of the pictures that `scene()` in tests/library_descriptors.rs draws, drawn here by the same
integer rules. `colours`: the colours of the xkcd survey (public domain, as matplotlib carries them) whose last word
names a concept and whose other word only says how light or strong it is.
"""

import json
import sys

import imagehash
from matplotlib.colors import XKCD_COLORS
from PIL import Image

CONCEPTS = """red orange yellow lime green teal cyan blue navy purple violet magenta pink brown beige gold olive maroon
black white grey cream""".split()
GRADES = "dark light bright deep pale medium dull faded strong rich vivid dusty muted".split()


class Lcg:
    def __init__(self, seed):
        self.state = seed

    def next(self, below):
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self.state >> 16) % below


def scene(seed):
    width, height = 192, 144
    lcg = Lcg(seed * 7919 + 1)
    lcg.next(2)
    ends = [[lcg.next(256) for _ in range(3)] for _ in range(2)]
    down = lcg.next(2)
    pixels = []
    for y in range(height):
        row = []
        for x in range(width):
            at, length = (y, height - 1) if down else (x, width - 1)
            row.append([(a * (length - at) + b * at) // length for a, b in zip(*ends)])
        pixels.append(row)
    for _ in range(4 + lcg.next(8)):
        cx, cy = lcg.next(width), lcg.next(height)
        rx, ry = 8 + lcg.next(48), 8 + lcg.next(40)
        colour = [lcg.next(256) for _ in range(3)]
        p, q, period, depth = lcg.next(5), lcg.next(5), 4 + lcg.next(12), lcg.next(48)
        is_box = lcg.next(3) == 0
        for y in range(max(0, cy - ry), min(height, cy + ry + 1)):
            for x in range(max(0, cx - rx), min(width, cx + rx + 1)):
                dx, dy = x - cx, y - cy
                if not is_box and dx * dx * ry * ry + dy * dy * rx * rx > rx * rx * ry * ry:
                    continue
                shade = depth if (x * p + y * q) // period % 2 else 0
                pixels[y][x] = [max(0, value - shade) for value in colour]
    data = bytearray()
    for row in pixels:
        for pixel in row:
            noise = lcg.next(9)
            data.extend(min(255, max(0, value + noise - 4)) for value in pixel)
    return Image.frombytes("RGB", (width, height), bytes(data))


def colours():
    found = {}
    for name, value in XKCD_COLORS.items():
        words = name.removeprefix("xkcd:").split()
        if words[-1] in CONCEPTS and (len(words) == 1 or (len(words) == 2 and words[0] in GRADES)):
            found[" ".join(words)] = value
    return dict(sorted(found.items()))


def main():
    hashes = [str(imagehash.phash(scene(seed))) for seed in range(24)]
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump({"hashes": hashes, "colours": colours()}, out, indent=1)
        out.write("\n")


main()
