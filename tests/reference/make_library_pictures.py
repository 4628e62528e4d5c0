"""Writes the pictures that tests/library_decode.rs reads, and what Pillow makes of them.

    python make_library_pictures.py tests/fixtures/library

Needs Pillow, numpy and tifffile. Every file `NAME.EXT` has its expected pixels, upright, in `expected/*.png`; the list
`pictures.json` says which, with the largest mean difference allowed. Raw files, HDR and EXR are put together here by
hand, after the public descriptions of the formats.
"""

import io
import json
import struct
import sys
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image, ImageCms, ImageOps

out = Path(sys.argv[1])
(out / "expected").mkdir(parents=True, exist_ok=True)
entries = []


def scene(width, height):
    """Gradients, a disc with a hard edge and fine stripes."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    u, v = x / (width - 1), y / (height - 1)
    rgb = np.stack([255 * u, 255 * v, 255 * (1 - u) * (1 - v)], axis=-1)
    disc = (x - 0.35 * width) ** 2 + (y - 0.5 * height) ** 2 < (0.3 * height) ** 2
    rgb[disc] = [230, 40, 60]
    stripes = (u > 0.7) & (x.astype(int) // 3 % 2 == 0)
    rgb[stripes] *= 0.6
    return Image.fromarray(np.round(rgb).astype(np.uint8))


SMALL = scene(45, 35)
ALPHA = SMALL.convert("RGBA")
ALPHA.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 45).round().astype(np.uint8), (35, 1))))


def save_expected(name, image):
    image.convert("RGBA").save(out / "expected" / f"{name}.png", optimize=True)


def add(file, data, expected, fmt, tolerance=0.0, bits=8, alpha=False, frames=1, cover=None):
    """One file of the list; `expected` names a picture in expected/."""
    if data is not None:
        (out / file).write_bytes(data)
    image = Image.open(out / "expected" / f"{expected}.png")
    entries.append(dict(file=file, expected=expected, format=fmt, tolerance=tolerance, bits=bits, alpha=alpha,
                        frames=frames, cover=cover, width=image.width, height=image.height))


def saved(image, fmt, **options):
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def add_as_pillow_sees(file, data, fmt, tolerance, upright=False, **more):
    """The expected pixels are Pillow's own."""
    image = Image.open(io.BytesIO(data))
    if upright:
        image = ImageOps.exif_transpose(image)
    name = file.replace(".", "_")
    save_expected(name, image.convert("RGBA") if image.mode != "I;16" else image)
    add(file, data, name, fmt, tolerance, **more)


save_expected("small", SMALL)
save_expected("small_alpha", ALPHA)
save_expected("small_gray", SMALL.convert("L"))

# JPEG.
for name, options in {
    "baseline_420": dict(subsampling=2),
    "baseline_422": dict(subsampling=1),
    "baseline_444": dict(subsampling=0),
    "progressive_420": dict(subsampling=2, progressive=True),
    "restarts": dict(subsampling=2, restart_marker_blocks=3),
    "optimised": dict(subsampling=2, optimize=True),
}.items():
    add_as_pillow_sees(f"{name}.jpg", saved(SMALL, "JPEG", quality=85, **options), "jpeg", 0.35)
add_as_pillow_sees("gray.jpg", saved(SMALL.convert("L"), "JPEG", quality=85), "jpeg", 0.35)
add_as_pillow_sees("rgb.jpg", saved(SMALL, "JPEG", quality=85, keep_rgb=True), "jpeg", 0.35)
cmyk = SMALL.convert("CMYK")
add_as_pillow_sees("cmyk.jpg", saved(cmyk, "JPEG", quality=90), "jpeg", 1.0)


def ink_profile():
    """A profile of four inks, made up: each takes light of its colour away and a little of the others'. ICC.1:2001-04,
    one table from inks to Lab of five steps along each."""
    steps = np.linspace(0, 1, 5)
    inks = np.stack(np.meshgrid(steps, steps, steps, steps, indexing="ij"), axis=-1)
    # Share of red, green and blue that all of an ink lets through.
    passes = np.array([[0.05, 0.55, 0.85], [0.75, 0.07, 0.45], [0.97, 0.85, 0.08], [0.06, 0.06, 0.07]])
    light = np.prod(passes ** inks[..., None], axis=-2) * [0.93, 0.93, 0.90]
    to_xyz = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7142]])
    ratio = light @ to_xyz.T / [0.9642, 1.0, 0.8249]
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    lab = np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)
    table = np.round(np.clip(np.stack([lab[..., 0] / 100 * 0xFF00, (lab[..., 1] + 128) * 256, (lab[..., 2] + 128) * 256],
                                      axis=-1), 0, 65535)).astype(">u2").tobytes()
    ramp = np.array([0, 65535], dtype=">u2").tobytes()
    identity = np.array([65536, 0, 0, 0, 65536, 0, 0, 0, 65536], dtype=">i4").tobytes()
    a2b = (b"mft2" + bytes(4) + bytes([4, 3, 5, 0]) + identity + struct.pack(">HH", 2, 2) + ramp * 4 + table + ramp * 3)
    text = b"Four inks of the tests\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061),
        b"A2B0": a2b,
    }
    at = 132 + 12 * len(tags)
    head, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        head += name + struct.pack(">II", at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    profile = struct.pack(">I4sI4s4s4s", 128 + len(head) + len(body), b"none", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    profile += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return profile.ljust(128, b"\0") + head + body


inks = ink_profile()
data = saved(cmyk, "JPEG", quality=95, icc_profile=inks)
stored = Image.open(io.BytesIO(data))
shown = ImageCms.profileToProfile(stored, io.BytesIO(inks), ImageCms.createProfile("sRGB"),
                                  ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB")
save_expected("cmyk_profile", shown)
add("cmyk_profile.jpg", data, "cmyk_profile", "jpeg", 1.5)


def adobe(transform):
    return b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform])


# YCCK: libjpeg's samples of an inverted CMYK picture, declared to be luma, chroma and black.
ink = np.asarray(cmyk)
cmy = Image.fromarray(255 - ink[..., :3]).convert("YCbCr")
ycck = Image.merge("CMYK", [*cmy.split(), Image.fromarray(255 - ink[..., 3])])
plain = saved(ycck, "JPEG", quality=92)
start = plain.index(b"\xff\xee")
# Pillow inverts what it writes as CMYK.
ycck = Image.fromarray(255 - np.asarray(ycck), "CMYK")
plain = saved(ycck, "JPEG", quality=92)
add_as_pillow_sees("ycck.jpg", plain[:start] + adobe(2) + plain[start + 16:], "jpeg", 1.0)


# Pictures whose numbers mean other colours than sRGB's; little CMS says which.
def profile(name, gamma, red, green, blue):
    """An ICC profile, version 2, of three primaries (x, y), D65 and a power; brought to D50 after Bradford."""
    def xyz(x, y):
        return np.array([x / y, 1, (1 - x - y) / y])

    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d65, d50 = xyz(0.3127, 0.3290), np.array([0.9642, 1, 0.8249])
    primaries = np.stack([xyz(*red), xyz(*green), xyz(*blue)], axis=1)
    primaries = primaries * np.linalg.solve(primaries, d65)
    adapted = np.linalg.inv(bradford) @ np.diag(bradford @ d50 / (bradford @ d65)) @ bradford @ primaries

    def fixed(values):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    text = name.encode() + b"\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(79),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": fixed(d50), b"rXYZ": fixed(adapted[:, 0]), b"gXYZ": fixed(adapted[:, 1]),
        b"bXYZ": fixed(adapted[:, 2]), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        data += bytes(-len(data) % 4)
        table += tag + struct.pack(">II", at, len(data))
        body, at = body + data, at + len(data)
    head = struct.pack(">I4sI4s4s4s", at, bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + fixed(d50)[8:] + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


WIDE = profile("Wide", 2.2, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
P3 = profile("P3", 2.2, (0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
for file, icc, fmt, options in [
    ("p3.jpg", P3, "JPEG", dict(quality=92, subsampling=0)),
    ("wide.png", WIDE, "PNG", {}),
    ("wide.tif", WIDE, "TIFF", {}),
    ("wide.webp", WIDE, "WEBP", dict(lossless=True)),
]:
    data = saved(SMALL, fmt, icc_profile=icc, **options)
    stored = Image.open(io.BytesIO(data)).convert("RGB")
    shown = ImageCms.profileToProfile(stored, io.BytesIO(icc), ImageCms.createProfile("sRGB"),
                                      ImageCms.Intent.RELATIVE_COLORIMETRIC)
    name = file.replace(".", "_")
    save_expected(name, shown)
    add(file, data, name, fmt.lower(), 0.8)

# A larger one, for decoding at 1/2, 1/4 and 1/8.
large = scene(245, 181)
for name, options in {
    "large_420": dict(subsampling=2),
    "large_progressive": dict(subsampling=2, progressive=True),
    "large_444": dict(subsampling=0),
}.items():
    data = saved(large, "JPEG", quality=80, **options)
    (out / f"{name}.jpg").write_bytes(data)
    if name == "large_progressive":
        continue  # the same coefficients as large_420
    for scale in [2, 4, 8]:
        image = Image.open(io.BytesIO(data))
        image.draft(None, (245 // scale, 181 // scale))
        image.load()
        assert image.width == -(-245 // scale), image.size
        save_expected(f"{name}_{scale}", image)
for name, source in [("large_420", "large_420"), ("large_progressive", "large_420"), ("large_444", "large_444")]:
    # libjpeg's smaller transforms are not quite low-pass filters, hence the tolerance.
    for scale, tolerance in [(8, 1.2), (4, 2.4), (2, 1.6)]:
        add(f"{name}.jpg", None, f"{source}_{scale}", "jpeg", tolerance, cover=-(-245 // scale))

# PNG.
add("rgb.png", saved(SMALL, "PNG", optimize=True), "small", "png")
add("alpha.png", saved(ALPHA, "PNG", optimize=True), "small_alpha", "png", alpha=True)
add("gray.png", saved(SMALL.convert("L"), "PNG", optimize=True), "small_gray", "png")
add_as_pillow_sees("palette.png", saved(SMALL.convert("P", palette=Image.ADAPTIVE), "PNG"), "png", 0.0)
palette = SMALL.quantize(15)
add_as_pillow_sees("palette_transparent.png", saved(palette, "PNG", transparency=3, bits=4), "png", 0.0, alpha=True,
                   bits=4)
add_as_pillow_sees("bits.png", saved(SMALL.convert("1"), "PNG"), "png", 0.0, bits=1)
wide = np.asarray(SMALL.convert("L")).astype(np.uint16) * 257
add("gray16.png", saved(Image.fromarray(wide), "PNG"), "small_gray", "png", bits=16)
frames = [SMALL, ImageOps.invert(SMALL), ImageOps.mirror(SMALL)]
add("animated.png", saved(frames[0], "PNG", save_all=True, append_images=frames[1:]), "small", "png", frames=3)

# WebP, GIF, BMP, QOI, TGA.
add("lossless.webp", saved(SMALL, "WEBP", lossless=True, exact=True), "small", "webp")
add("alpha.webp", saved(ALPHA, "WEBP", lossless=True, exact=True), "small_alpha", "webp", alpha=True)
add_as_pillow_sees("lossy.webp", saved(SMALL, "WEBP", quality=80), "webp", 2.0)
add("animated.webp", saved(frames[0], "WEBP", lossless=True, save_all=True, append_images=frames[1:], minimize_size=False),
    "small", "webp", frames=3, alpha=bool(saved(frames[0], "WEBP", lossless=True, save_all=True,
                                                append_images=frames[1:])[20] & 0x10))
add_as_pillow_sees("palette.gif", saved(SMALL.quantize(32), "GIF"), "gif", 0.0)
gif = saved(SMALL.quantize(32), "GIF", save_all=True, append_images=[f.quantize(32) for f in frames[1:]])
first = Image.open(io.BytesIO(gif))
save_expected("animated_gif", first)
add("animated.gif", gif, "animated_gif", "gif", frames=3)
add("rgb.bmp", saved(SMALL, "BMP"), "small", "bmp")
add("gray.bmp", saved(SMALL.convert("L"), "BMP"), "small_gray", "bmp")
add("rgb.tga", saved(SMALL, "TGA"), "small", "tga")
add("runs.tga", saved(SMALL, "TGA", compression="tga_rle"), "small", "tga")
add("alpha.tga", saved(ALPHA, "TGA"), "small_alpha", "tga", alpha=True)


def qoi(image):
    """Only whole pixels: right, if not small."""
    data = b"qoif" + struct.pack(">IIBB", image.width, image.height, 3, 0)
    data += b"".join(b"\xfe" + bytes(pixel) for pixel in np.asarray(image).reshape(-1, 3))
    return data + bytes(7) + b"\x01"


add("rgb.qoi", qoi(SMALL), "small", "qoi")

# TIFF.
rgb = np.asarray(SMALL)


def tiff(data, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, data, **options)
    return buffer.getvalue()


add("strips.tif", tiff(rgb, photometric="rgb", rowsperstrip=7), "small", "tiff")
add("big_endian.tif", tiff(rgb, photometric="rgb", byteorder=">"), "small", "tiff")
add("big.tif", tiff(rgb, photometric="rgb", bigtiff=True), "small", "tiff")
add("lzw.tif", saved(SMALL, "TIFF", compression="tiff_lzw"), "small", "tiff")
add("deflate.tif", saved(SMALL, "TIFF", compression="tiff_adobe_deflate"), "small", "tiff")
add("rgb16.tif", tiff(rgb.astype(np.uint16) * 257, photometric="rgb"), "small", "tiff", bits=16)
add("alpha.tif", tiff(np.asarray(ALPHA), photometric="rgb", extrasamples=["unassalpha"]), "small_alpha", "tiff",
    alpha=True)
add("pages.tif", tiff(np.stack([rgb, 255 - rgb]), photometric="rgb"), "small", "tiff", frames=2)
# Measurements: shown from the smallest to the largest value, unsigned ones of 16 bits by the bits that they use.
field = np.asarray(SMALL.convert("L")).astype(float)


def add_measured(name, values, low, high, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, photometric="minisblack", **options)
    first = values if values.ndim == 2 else values[..., 0]
    levels = np.clip(np.round((np.nan_to_num(first.astype(float), nan=low) - low) / (high - low) * 255), 0, 255)
    save_expected(name, Image.fromarray(levels.astype(np.uint8)))
    add(f"{name}.tif", buffer.getvalue(), name, "tiff", 0.5, bits=values.dtype.itemsize * 8)


floats = (field - 100) * 1e-3
floats[3, 4] = np.nan
add_measured("grey_f32", floats.astype(np.float32), np.nanmin(floats), np.nanmax(floats), compression="deflate")
add_measured("grey_f64", field * 1e9, field.min() * 1e9, field.max() * 1e9)
add_measured("grey_i16", (field * 100 - 20000).astype(np.int16), field.min() * 100 - 20000, field.max() * 100 - 20000)
add_measured("grey_u32", (field * 1e6).astype(np.uint32), field.min() * 1e6, field.max() * 1e6)
add_measured("grey_12bit", (field * 16).astype(np.uint16), 0, 4095)
add_measured("grey_channels", np.stack([field, 255 - field], axis=-1).astype(np.uint8), 0, 255, planarconfig="contig")

save_expected("cmyk_tif", cmyk)
add("cmyk.tif", saved(cmyk, "TIFF"), "cmyk_tif", "tiff", 1.0)
add_as_pillow_sees("palette.tif", saved(SMALL.convert("P", palette=Image.ADAPTIVE), "TIFF"), "tiff", 0.0)
add_as_pillow_sees("bits.tif", saved(SMALL.convert("1"), "TIFF", compression="group4"), "tiff", 0.0, bits=1)
premultiplied = np.asarray(ALPHA).astype(float)
premultiplied[..., :3] = (premultiplied[..., :3] * premultiplied[..., 3:] / 255).round()
premultiplied[..., 3] = 128
premultiplied[..., :3] = (rgb.astype(float) * 128 / 255).round()
half = ALPHA.copy()
half.putalpha(128)
save_expected("half", half)
add("premultiplied.tif", tiff(premultiplied.astype(np.uint8), photometric="rgb", extrasamples=["assocalpha"]), "half",
    "tiff", 1.0, alpha=True)

# Orientation 6 in other containers than JPEG.
exif = Image.Exif()
exif[274] = 6
turned = SMALL.transpose(Image.Transpose.ROTATE_270)
save_expected("turned", turned)
add("turned.png", saved(SMALL, "PNG", exif=exif), "turned", "png")
add("turned.webp", saved(SMALL, "WEBP", lossless=True, exact=True, exif=exif), "turned", "webp")
add("turned.tif", saved(SMALL, "TIFF", tiffinfo={274: 6}), "turned", "tiff")

# HDR and EXR: light from 0.001 to 1000 in 60 steps, gray; and one of a single brightness.


def hdr(light):
    height, width = light.shape[:2]
    mantissa, exponent = np.frexp(light.max(axis=-1))
    scale = mantissa * 256 / light.max(axis=-1)
    rgbe = np.concatenate([light * scale[..., None], (exponent + 128)[..., None]], axis=-1).astype(np.uint8)
    return b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n" + f"-Y {height} +X {width}\n".encode() + rgbe.tobytes()


def exr(light):
    """Three float channels, uncompressed, in lines."""
    height, width = light.shape[:2]

    def attribute(name, kind, value):
        return name + b"\0" + kind + b"\0" + struct.pack("<I", len(value)) + value

    box = struct.pack("<4i", 0, 0, width - 1, height - 1)
    channels = b"".join(c + b"\0" + struct.pack("<iBxxxii", 2, 0, 1, 1) for c in [b"B", b"G", b"R"]) + b"\0"
    head = b"\x76\x2f\x31\x01\x02\0\0\0" + attribute(b"channels", b"chlist", channels)
    head += attribute(b"compression", b"compression", b"\0") + attribute(b"dataWindow", b"box2i", box)
    head += attribute(b"displayWindow", b"box2i", box) + attribute(b"lineOrder", b"lineOrder", b"\0")
    head += attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1))
    head += attribute(b"screenWindowCenter", b"v2f", struct.pack("<2f", 0, 0))
    head += attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1)) + b"\0"
    lines = [struct.pack("<iI", y, width * 12) + b"".join(light[y, :, c].astype("<f4").tobytes() for c in [2, 1, 0])
             for y in range(height)]
    start = len(head) + 8 * height
    offsets = [start + sum(map(len, lines[:y])) for y in range(height)]
    return head + struct.pack(f"<{height}Q", *offsets) + b"".join(lines)


ramp = np.tile(np.logspace(-3, 3, 60)[None, :, None], (6, 1, 3))
(out / "ramp.hdr").write_bytes(hdr(ramp))
(out / "ramp.exr").write_bytes(exr(ramp))
(out / "even.exr").write_bytes(exr(np.full((5, 7, 3), 37.0)))

# EXIF thumbnails and raw files.


def directory(tags, at, byteorder="<", after=0):
    """A TIFF directory at an offset; longer values follow it. Tags: (number, kind, values)."""
    codes = {1: "B", 2: "s", 3: "H", 4: "I", 7: "B"}
    entries_, tail = b"", b""
    tail_at = at + 2 + 12 * len(tags) + 4
    for number, kind, values in sorted(tags):
        if kind == 2:
            packed, count = values, len(values)
        else:
            packed, count = struct.pack(f"{byteorder}{len(values)}{codes[kind]}", *values), len(values)
        if len(packed) > 4:
            place = struct.pack(byteorder + "I", tail_at + len(tail))
            tail += packed + bytes(len(packed) % 2)
        else:
            place = packed.ljust(4, b"\0")
        entries_ += struct.pack(byteorder + "HHI", number, kind, count) + place
    return struct.pack(byteorder + "H", len(tags)) + entries_ + struct.pack(byteorder + "I", after) + tail


def tiff_head(magic=42, byteorder="<", first=8):
    return (b"II" if byteorder == "<" else b"MM") + struct.pack(byteorder + "HI", magic, first)


def exif_with_thumbnail(thumbnail, orientation, byteorder="<"):
    first = directory([(274, 3, [orientation])], 8, byteorder)
    second_at = 8 + len(first)
    first = directory([(274, 3, [orientation])], 8, byteorder, second_at)
    tags = [(259, 3, [6]), (513, 4, [0]), (514, 4, [len(thumbnail)])]
    size = len(directory(tags, second_at, byteorder))
    tags[1] = (513, 4, [second_at + size])
    return tiff_head(byteorder=byteorder) + first + directory(tags, second_at, byteorder) + thumbnail


def with_exif(jpeg, exif):
    content = b"Exif\0\0" + exif
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


photo = scene(360, 240)
preview = saved(photo, "JPEG", quality=25)
barred = Image.new("RGB", (160, 120))
barred.paste(photo.resize((160, 107), Image.Resampling.LANCZOS), (0, 6))
thumbnail = saved(barred, "JPEG", quality=75)
fitting = saved(photo.resize((160, 107), Image.Resampling.LANCZOS), "JPEG", quality=75)
(out / "thumbnail_bars.jpg").write_bytes(with_exif(preview, exif_with_thumbnail(thumbnail, 1)))
(out / "thumbnail_turned.jpg").write_bytes(with_exif(preview, exif_with_thumbnail(thumbnail, 6, ">")))
(out / "thumbnail_fits.jpg").write_bytes(with_exif(preview, exif_with_thumbnail(fitting, 1)))
square = scene(200, 200)
(out / "thumbnail_stale.jpg").write_bytes(
    with_exif(saved(square, "JPEG", quality=25), exif_with_thumbnail(fitting, 1)))
jfxx = b"JFXX\0\x10" + fitting
(out / "thumbnail_jfxx.jpg").write_bytes(
    preview[:2] + b"\xff\xe0" + struct.pack(">H", len(jfxx) + 2) + jfxx + preview[2:])

small_preview = saved(photo.resize((160, 107)), "JPEG", quality=60)
lossless = b"\xff\xd8\xff\xc3\x00\x0b\x0e\x10\x00\x18\x00\x01\x01\x11\x00\xff\xd9"


def dng():
    """A thumbnail without compression first; preview and sensor data in directories below it."""
    tiny = np.asarray(photo.resize((99, 66))).tobytes()
    def build(tiny_at, preview_at, raw_at, a, b):
        first = directory([(254, 4, [1]), (256, 4, [99]), (257, 4, [66]), (258, 3, [8, 8, 8]), (259, 3, [1]),
                           (262, 3, [2]), (273, 4, [tiny_at]), (274, 3, [8]), (277, 3, [3]), (279, 4, [len(tiny)]),
                           (330, 4, [a, b]), (50706, 1, [1, 4, 0, 0])], 8)
        raw = directory([(254, 4, [0]), (256, 4, [6144]), (257, 4, [4096]), (258, 3, [14]), (259, 3, [7]),
                         (262, 3, [32803]), (273, 4, [raw_at]), (279, 4, [len(lossless)]),
                         (50720, 4, [6000, 4000])], a)
        view = directory([(254, 4, [1]), (256, 4, [360]), (257, 4, [240]), (259, 3, [7]), (262, 3, [6]),
                          (273, 4, [preview_at]), (279, 4, [len(preview)])], b)
        return first, raw, view
    first, raw, view = build(0, 0, 0, 0, 0)
    a = 8 + len(first)
    b = a + len(raw)
    tiny_at = b + len(view)
    preview_at = tiny_at + len(tiny)
    parts = build(tiny_at, preview_at, preview_at + len(preview), a, b)
    return tiff_head() + b"".join(parts) + tiny + preview + lossless


def cr2():
    """Canon: the preview in the first directory, the thumbnail in the second."""
    def build(preview_at, thumb_at, second):
        first = directory([(256, 3, [360]), (257, 3, [240]), (259, 3, [6]), (271, 2, b"Canon\0"), (273, 4, [preview_at]),
                           (274, 3, [1]), (279, 4, [len(preview)])], 16, after=second)
        return first, directory([(513, 4, [thumb_at]), (514, 4, [len(small_preview)])], second)
    first, second = build(0, 0, 0)
    second_at = 16 + len(first)
    preview_at = second_at + len(second)
    parts = build(preview_at, preview_at + len(preview), second_at)
    return tiff_head(first=16) + b"CR\x02\0" + bytes(4) + b"".join(parts) + preview + small_preview


def orf():
    """Olympus: the preview is only named in the maker's notes, which are not read."""
    first = directory([(256, 3, [4640]), (257, 3, [3472]), (271, 2, b"OLYMPUS\0"), (274, 3, [3])], 8)
    return b"IIRO" + struct.pack("<I", 8) + first + bytes(100) + preview


def rw2():
    """Panasonic: the preview is a value of the first directory, with EXIF of its own."""
    inner = with_exif(preview, exif_with_thumbnail(thumbnail, 1))
    first = directory([(4, 3, [4]), (5, 3, [8]), (6, 3, [3004]), (7, 3, [4508]), (46, 7, list(inner)), (274, 3, [6])], 24)
    return b"IIU\0" + struct.pack("<I", 24) + bytes(16) + first


def raf():
    """Fujifilm: the place of the preview stands in the header; orientation is only in its EXIF."""
    inner = with_exif(preview, exif_with_thumbnail(thumbnail, 8))
    head = b"FUJIFILMCCD-RAW 0201FF389501X-T1".ljust(84, b"\0")
    listing = struct.pack(">I", 1) + struct.pack(">HHHH", 0x111, 4, 3264, 4896)
    return head + struct.pack(">IIII", 108 + len(listing), len(inner), 108, len(listing)) + bytes(8) + listing + inner


def box(name, content):
    return struct.pack(">I4s", len(content) + 8, name) + content


def cr3():
    """Canon: thumbnail, preview and full picture in three kinds of boxes."""
    tags = tiff_head() + directory([(256, 3, [6000]), (257, 3, [4000]), (274, 3, [6])], 8)
    thumb = struct.pack(">IHHIHH", 0, 160, 107, len(small_preview), 1, 0) + small_preview
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    moov = box(b"moov", box(b"uuid", canon + box(b"CMT1", tags) + box(b"THMB", thumb)))
    middle = saved(photo.resize((240, 160)), "JPEG", quality=40)
    view = struct.pack(">IHHHHI", 0, 1, 240, 160, 1, len(middle)) + middle
    place = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
    preview_box = box(b"uuid", place + struct.pack(">II", 0, 1) + box(b"PRVW", view))
    ftyp = box(b"ftyp", b"crx \0\0\0\x01crx isom")
    return ftyp + moov + preview_box + box(b"mdat", preview + bytes(500))


for name, data in dict(dng=dng(), cr2=cr2(), orf=orf(), rw2=rw2(), raf=raf(), cr3=cr3()).items():
    (out / f"raw.{name}").write_bytes(data)
save_expected("preview", Image.open(io.BytesIO(preview)).resize((90, 60), Image.Resampling.BOX))

(out / "pictures.json").write_text(json.dumps(entries, indent=0) + "\n")
print(sum(file.stat().st_size for file in out.rglob("*") if file.is_file()), "bytes")
