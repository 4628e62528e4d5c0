"""Makes small pictures with metadata, and asks exiftool what they say.

    python make_library_metadata.py FOLDER

FOLDER gets the pictures and expected.json. Needs Pillow with AVIF and WebP, and exiftool (12.57 was used). Texts,
names and places are invented; the pixels are a gradient.
"""

import json
import pathlib
import struct
import subprocess
import sys
import zlib

from PIL import Image

EXPOSURE = [
    "-EXIF:Make=NIKON CORPORATION", "-EXIF:Model=NIKON D90", "-EXIF:LensModel=18.0-105.0 mm f/3.5-5.6",
    "-EXIF:ExposureTime=1/200", "-EXIF:FNumber=5.6", "-EXIF:ISO=400", "-EXIF:FocalLength=52.5",
    "-EXIF:FocalLengthIn35mmFormat=78", "-EXIF:ExposureCompensation=-0.6666", "-EXIF:Flash=16",
    "-EXIF:MeteringMode=5", "-EXIF:ExposureProgram=3", "-EXIF:WhiteBalance=1", "-EXIF:ColorSpace=1",
    "-EXIF:Software=Ver.1.00", "-EXIF:DateTimeOriginal=2023:05:07 14:03:22", "-EXIF:SubSecTimeOriginal=25",
    "-EXIF:OffsetTimeOriginal=+02:00", "-EXIF:ModifyDate=2024:01:01 00:00:00", "-EXIF:Orientation=6",
]
PARIS = [
    "-EXIF:GPSLatitude=48.858370", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=2.294480", "-EXIF:GPSLongitudeRef=E",
    "-EXIF:GPSAltitude=35.5", "-EXIF:GPSAltitudeRef=0", "-EXIF:GPSImgDirection=123.5", "-EXIF:GPSImgDirectionRef=T",
    "-EXIF:GPSTimeStamp=12:03:22", "-EXIF:GPSDateStamp=2023:05:07", "-EXIF:GPSSpeed=3.6", "-EXIF:GPSSpeedRef=K",
]
WORDS = [
    "-XMP-dc:Title=Türme", "-XMP-dc:Description=Der Turm\nim Regen", "-XMP-dc:Creator=Ana Núñez", "-XMP-dc:Creator=李雷",
    "-XMP-dc:Rights=© 2023 Ana", "-XMP-dc:Subject=tower", "-XMP-dc:Subject=Regen",
    "-XMP-lr:HierarchicalSubject=Places|France|Paris", "-XMP-photoshop:City=Paris", "-XMP-photoshop:State=Île-de-France",
    "-XMP-photoshop:Country=France", "-XMP-iptcCore:Location=Champ de Mars", "-XMP-xmp:Rating=4", "-XMP-xmp:Label=Red",
    "-XMP-iptcExt:PersonInImage=Ana Núñez", "-XMP-xmp:CreatorTool=Editor 3", "-XMP-photoshop:Headline=Rain",
    "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=100,H=80,Unit=pixel},RegionList=[{Area={X=0.5,Y=0.5,W=0.1,H=0.1,"
    "Unit=normalized},Name=Bob Ross,Type=Face},{Area={X=0.2,Y=0.2,W=0.1,H=0.1,Unit=normalized},Name=Rex,Type=Pet}]}",
]
RECORDS = [
    "-IPTC:ObjectName=Tower", "-IPTC:Caption-Abstract=Élan vital", "-IPTC:By-line=José", "-IPTC:Keywords=fête",
    "-IPTC:Keywords=night", "-IPTC:City=Köln", "-IPTC:Country-PrimaryLocationName=Deutschland",
    "-IPTC:DateCreated=2021:12:31", "-IPTC:TimeCreated=23:59:58-05:00", "-IPTC:CopyrightNotice=José",
]
WINDOWS = [
    "-EXIF:XPTitle=Überschrift", "-EXIF:XPKeywords=eins;zwei", "-EXIF:XPComment=Kommentar", "-EXIF:XPAuthor=Jürgen",
    "-EXIF:ImageDescription=OLYMPUS DIGITAL CAMERA", "-EXIF:UserComment=Grüße", "-EXIF:Rating=3",
]


def exiftool(*arguments):
    return subprocess.run(["exiftool", "-q", *arguments], check=True, capture_output=True, text=True).stdout


def write(path, *arguments, charset=()):
    exiftool("-overwrite_original", "-n", "-sep", "\x01", *charset, *arguments, str(path))


def gradient(size=(16, 12)):
    picture = Image.new("RGB", size)
    picture.putdata([(x * 15, y * 20, 128) for y in range(size[1]) for x in range(size[0])])
    return picture


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def box(kind, *contents):
    content = b"".join(contents)
    return struct.pack(">I", 8 + len(content)) + kind + content


def raw_profile(kind, block):
    text = f"\n{kind}\n{len(block):8}\n".encode()
    digits = block.hex().encode()
    return text + b"".join(digits[at:at + 72] + b"\n" for at in range(0, len(digits), 72))


def directory(entries):
    """A little-endian TIFF block with one directory; entries are (tag, kind, count, bytes)."""
    body, data = b"", b""
    after = 8 + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in sorted(entries):
        if len(value) > 4:
            body += struct.pack("<HHII", tag, kind, count, after + len(data))
            data += value + b"\0" * (len(value) % 2)
        else:
            body += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + data


def text(value):
    return 2, len(value) + 1, value.encode() + b"\0"


def ratio(*pairs):
    return 5, len(pairs), b"".join(struct.pack("<II", *pair) for pair in pairs)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    make = lambda name, **options: gradient().save(folder / name, **options) or folder / name

    write(make("camera.jpg"), *EXPOSURE, *PARIS)
    write(make("words.jpg"), *EXPOSURE, *WORDS)
    # What exiftool writes as XMP is to be read from attributes too.
    write(make("short.jpg"), "-api", "Compact=Shorthand", *WORDS, "-XMP-exif:FNumber=2.8", "-XMP-exif:Flash={Fired=True,Mode=1}")
    write(make("records_utf8.jpg"), "-IPTC:CodedCharacterSet=UTF8", *RECORDS)
    write(make("records_latin.jpg"), *RECORDS, charset=["-charset", "iptc=Latin"])
    write(make("windows.jpg"), *WINDOWS)
    write(make("south_west.jpg"), "-EXIF:Make=Apple", "-EXIF:Model=iPhone 12 Pro",
          "-EXIF:GPSLatitude=22.951916", "-EXIF:GPSLatitudeRef=S", "-EXIF:GPSLongitude=43.210487", "-EXIF:GPSLongitudeRef=W",
          "-EXIF:GPSAltitude=12", "-EXIF:GPSAltitudeRef=1", "-EXIF:ModifyDate=2020:02:29 23:59:59",
          "-EXIF:LensInfo=4.2 4.2 1.6 1.6")
    write(make("all.jpg"), "-IPTC:CodedCharacterSet=UTF8", *EXPOSURE, *RECORDS, *WORDS, *WINDOWS)
    write(make("map.jpg"), "-XMP-exif:GPSLatitude=-33.856784", "-XMP-exif:GPSLongitude=151.215297",
          "-XMP-exif:GPSAltitude=4.25", "-XMP-exif:GPSAltitudeRef=0", "-XMP-exif:ExposureTime=1/30", "-XMP-exif:ISO=200",
          "-XMP-aux:Lens=EF50mm f/1.8", "-XMP-tiff:Make=Canon", "-XMP-tiff:Model=Canon EOS 5D",
          "-XMP-photoshop:DateCreated=2019:08:15 10:20:30.5+10:00", "-XMP-xmp:Rating=-1",
          "-XMP-digiKam:TagsList=Animals/Dog", "-XMP-microsoft:LastKeywordXMP=Places/Sydney")
    write(make("all.png"), *EXPOSURE, *PARIS, *WORDS)
    write(make("all.webp"), *EXPOSURE, *PARIS, *WORDS)
    write(make("all.tif", compression="tiff_deflate"), "-IPTC:CodedCharacterSet=UTF8", *EXPOSURE, *PARIS, *RECORDS, *WORDS)
    big = make("big_endian.jpg")
    write(big, "-ExifByteOrder=MM", *EXPOSURE, *PARIS, "-EXIF:UserComment=Grüße")

    # ImageMagick and exiv2 wrote EXIF, XMP and IPTC into PNG as compressed hexadecimal text.
    block = subprocess.run(["exiftool", "-b", "-exif", str(folder / "camera.jpg")], check=True, capture_output=True).stdout
    packet = subprocess.run(["exiftool", "-b", "-xmp", str(folder / "map.jpg")], check=True, capture_output=True).stdout
    records = subprocess.run(["exiftool", "-b", "-iptc", str(folder / "records_utf8.jpg")], check=True, capture_output=True).stdout
    plain = make("old.png").read_bytes()
    old = plain[:33] + b"".join(
        chunk(b"zTXt", b"Raw profile type " + kind + b"\0\0" + zlib.compress(raw_profile(kind.decode(), content)))
        for kind, content in [(b"exif", b"Exif\0\0" + block), (b"xmp", packet), (b"iptc", records)]
    ) + chunk(b"tEXt", b"Software\0Cam\xe9ra 1") + plain[33:]
    (folder / "old.png").write_bytes(old)
    # Compressed XMP after the pixels.
    late = plain[:-12] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet)) + plain[-12:]
    (folder / "late.png").write_bytes(late)

    gradient((32, 32)).save(folder / "items.avif", exif=block, xmp=packet, quality=20)

    # Canon's CR3: each directory is a TIFF block of its own.
    main_block = directory([(0x010F, *text("Canon")), (0x0110, *text("Canon EOS R5")), (0x0112, 3, 1, struct.pack("<H", 8))])
    exif_block = directory([
        (0x829A, *ratio((1, 1000))), (0x829D, *ratio((28, 10))), (0x8827, 3, 1, struct.pack("<H", 65535)),
        (0x8832, 4, 1, struct.pack("<I", 102400)), (0x9003, *text("2022:07:01 08:09:10")), (0x9011, *text("-03:30")),
        (0x920A, *ratio((85, 1))), (0xA434, *text("RF85mm F1.2 L USM")),
    ])
    gps_block = directory([
        (0, 1, 4, bytes([2, 3, 0, 0])), (1, *text("S")), (2, *ratio((33, 1), (51, 1), (2442, 100))), (3, *text("E")),
        (4, *ratio((151, 1), (12, 1), (5507, 100))), (5, 1, 1, b"\0"), (6, *ratio((61, 10))),
    ])
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    adobe = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
    (folder / "canon.cr3").write_bytes(
        box(b"ftyp", b"crx \0\0\0\1crx isom")
        + box(b"moov", box(b"uuid", canon, box(b"CNCV", b"CanonCR3_001/01.11.00/00.00.00"), box(b"CMT1", main_block),
                           box(b"CMT2", exif_block), box(b"CMT3", directory([])), box(b"CMT4", gps_block)))
        + box(b"uuid", adobe, packet)
        + box(b"mdat", bytes(16)))
    (folder / "boxes.jxl").write_bytes(
        box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ") + box(b"Exif", bytes(4), block) + box(b"xml ", packet)
        + box(b"jxlc", b"\xff\x0a"))

    sidecar = folder / "sidecar.xmp"
    exiftool("-n", "-o", str(sidecar), "-XMP-dc:Title=From beside", "-XMP-dc:Subject=beside", "-XMP-xmp:Rating=2",
             "-XMP-exif:FNumber=22", "-XMP-exif:GPSLatitude=1.5", "-XMP-exif:GPSLongitude=-2.5", "-XMP-photoshop:City=Rom")

    expected = {}
    for path in sorted(folder.iterdir()):
        charset = ["-charset", "iptc=Latin"] if path.name == "records_latin.jpg" else []
        answer = json.loads(exiftool("-json", "-n", "-G0", "-struct", *charset, str(path)))[0]
        keep = lambda key: key.split(":")[0] in {"EXIF", "XMP", "IPTC", "Composite"} and "Thumbnail" not in key
        expected[path.name] = {key: value for key, value in answer.items() if keep(key)}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")


main(pathlib.Path(sys.argv[1]))
