//! Decoding, against Pillow's pixels; embedded previews; orientation; budgets; hostile files.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use serde::Deserialize;
use vitrine::library::decode::{
    ByteBudget, DecodeError, Decoded, decode, decode_thumbnail, embedded_thumbnail, encode_thumbnail, header,
    shrink,
};
use vitrine::library::format::{Format, RawFamily};
use vitrine::library::{Orientation, Pixels};

const ANY: Option<u32> = None;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/library")
}

fn file(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

fn budget() -> ByteBudget {
    ByteBudget::new(64 << 20)
}

fn open(name: &str, cover_side: Option<u32>) -> Decoded {
    decode(&file(name), OsStr::new(name), cover_side, &budget()).unwrap()
}

fn expected(name: &str) -> Pixels {
    open(&format!("expected/{name}.png"), ANY).pixels
}

/// Mean absolute difference of the colours that can be seen, and of alpha.
fn difference(a: &Pixels, b: &Pixels) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let of_pixels = |([r, g, b, a], [r2, g2, b2, a2]): ([u8; 4], [u8; 4])| {
        let colours = if a == 0 && a2 == 0 {
            0
        } else {
            u32::from(r.abs_diff(r2)) + u32::from(g.abs_diff(g2)) + u32::from(b.abs_diff(b2))
        };
        f64::from(colours + u32::from(a.abs_diff(a2)))
    };
    a.iter().zip(b.iter()).map(of_pixels).sum::<f64>() / (a.iter().len() * 3) as f64
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    expected: String,
    format: String,
    tolerance: f64,
    bits: u8,
    alpha: bool,
    frames: u32,
    cover: Option<u32>,
    width: u32,
    height: u32,
}

fn entries() -> Vec<Entry> {
    serde_json::from_slice(&file("pictures.json")).unwrap()
}

#[test]
fn pictures_look_as_pillow_sees_them() {
    let entries = entries();
    assert!(entries.len() > 45);
    let mut faults = Vec::new();
    for entry in entries {
        let bytes = file(&entry.file);
        // The name says something else: content counts. Only TGA has none that could be recognised.
        let name = if entry.format == "tga" { &entry.file } else { "notes.txt" };
        let decoded = match decode(&bytes, OsStr::new(name), entry.cover, &budget()) {
            Ok(decoded) => decoded,
            Err(error) => {
                faults.push(format!("{}: {error}", entry.file));
                continue;
            }
        };
        if !decoded.is_whole {
            faults.push(format!("{} {:?}: taken for damaged", entry.file, entry.cover));
        }
        let size = (decoded.pixels.width(), decoded.pixels.height());
        if size != (entry.width, entry.height) {
            faults.push(format!("{} {:?}: {size:?}", entry.file, entry.cover));
            continue;
        }
        let difference = difference(&decoded.pixels, &expected(&entry.expected));
        if difference > entry.tolerance {
            faults.push(format!("{} {:?}: differs by {difference:.3}", entry.file, entry.cover));
        }
        let head = decoded.header;
        if (head.format.name(), head.bits, head.has_alpha, head.frames)
            != (entry.format.as_str(), entry.bits, entry.alpha, entry.frames)
        {
            faults.push(format!("{}: {head:?}", entry.file));
        }
        if entry.cover.is_none() && (head.width, head.height) != size {
            faults.push(format!("{}: header says {} × {}", entry.file, head.width, head.height));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn jpeg_is_decoded_no_larger_than_needed() {
    let widths = |cover| open("large_420.jpg", cover).pixels.width();
    assert_eq!(
        [Some(1), Some(31), Some(32), Some(62), Some(63), Some(123), Some(124), ANY].map(widths),
        [31, 31, 62, 62, 123, 123, 245, 245]
    );
    assert_eq!(open("large_420.jpg", Some(5000)).pixels.width(), 245);
}

/// Puts an EXIF block that only has an orientation into a JPEG.
fn with_orientation(jpeg: &[u8], value: u8) -> Vec<u8> {
    let exif =
        [b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[value], &[0; 6]].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn orientation_is_applied_once_at_every_scale() {
    let plain = file("large_420.jpg");
    for cover in [ANY, Some(100)] {
        let upright = decode(&plain, OsStr::new(""), cover, &budget()).unwrap().pixels;
        for value in 1..=8 {
            let turned = with_orientation(&plain, value);
            let decoded = decode(&turned, OsStr::new(""), cover, &budget()).unwrap();
            let orientation = Orientation::from_exif(value.into());
            assert_eq!(decoded.pixels, orientation.apply(upright.clone()), "orientation {value}");
            assert_eq!(decoded.header.orientation, orientation);
            let sides = (decoded.header.width, decoded.header.height);
            assert_eq!(sides, if value > 4 { (181, 245) } else { (245, 181) });
        }
    }
}

#[test]
fn what_is_no_picture_is_refused_in_words() {
    let error = |bytes: &[u8], name: &str| decode(bytes, OsStr::new(name), ANY, &budget()).unwrap_err();
    assert_eq!(error(b"Dear diary, nothing happened", "holiday.jpg"), DecodeError::NoPicture);
    assert!(error(b"Dear diary", "holiday.jpg").to_string().contains("is no picture"));
    assert_eq!(error(b"", "a.png"), DecodeError::Empty);
    let media = |brand: &[u8]| [b"\0\0\0\x18ftyp", brand, b"\0\0\0\0mif1", brand].concat();
    for (bytes, format, word) in [
        (media(b"heic"), Format::Heic, "HEVC"),
        (media(b"avif"), Format::Avif, "AV1"),
        (b"\xff\x0a\xfa\x7f".to_vec(), Format::JpegXl, "JPEG XL"),
    ] {
        let error = error(&bytes, "phone.jpg");
        assert!(matches!(error, DecodeError::Needs { format: f, .. } if f == format), "{error:?}");
        assert!(error.to_string().contains(word) && error.to_string().contains("needed"), "{error}");
    }
}

#[test]
fn a_broken_tail_gives_what_is_there() {
    for name in ["large_420.jpg", "large_progressive.jpg", "large_444.jpg"] {
        let bytes = file(name);
        let whole = open(name, ANY);
        let part = decode(&bytes[..bytes.len() * 6 / 10], OsStr::new(name), ANY, &budget()).unwrap();
        assert!(whole.is_whole && !part.is_whole, "{name}");
        let (whole, part) = (whole.pixels, part.pixels);
        assert_eq!((part.width(), part.height()), (whole.width(), whole.height()));
        let (upper_part, upper_whole) =
            (part.crop(0, 0, 245, 40).unwrap(), whole.crop(0, 0, 245, 40).unwrap());
        let allowed = if name.contains("progressive") { 25.0 } else { 0.0 };
        assert!(difference(&upper_part, &upper_whole) <= allowed, "{name}");
        assert_ne!(part, whole);
    }
    // Bytes in the middle of one stretch are lost: after the next restart marker all is well.
    let mut bytes = file("restarts.jpg");
    let whole = open("restarts.jpg", ANY).pixels;
    let first = bytes.windows(2).position(|two| two == [0xff, 0xd0]).unwrap();
    let second = bytes.windows(2).position(|two| two == [0xff, 0xd1]).unwrap();
    bytes.drain(first + 4..second);
    let part = decode(&bytes, OsStr::new(""), ANY, &budget()).unwrap();
    assert!(!part.is_whole);
    let part = part.pixels;
    assert_ne!(part, whole);
    // Units of 16 × 16, three in a row of the picture: the second row was hit.
    let rows = |pixels: &Pixels, top| pixels.crop(0, top, 45, 1).unwrap();
    assert_eq!(rows(&part, 0), rows(&whole, 0));
    assert_eq!(rows(&part, 34), rows(&whole, 34));
}

#[test]
fn light_is_brought_into_range() {
    for name in ["ramp.hdr", "ramp.exr"] {
        let pixels = open(name, ANY).pixels;
        let row: Vec<u8> = pixels
            .crop(0, 2, 60, 1)
            .unwrap()
            .iter()
            .map(|[r, g, b, a]| {
                assert!(r == g && g == b && a == 255, "{name}: gray stays gray");
                r
            })
            .collect();
        assert!(row.is_sorted(), "{name}: {row:?}");
        assert!(row[0] < 12 && row[59] >= 253, "{name}: {row:?}");
        // The log-average of the ramp is 1: there lies middle gray, less what the curve takes.
        assert!((100..=118).contains(&row[30]), "{name}: {row:?}");
    }
    // A scene of one brightness is middle gray, 0.18 of the light: 118 in sRGB.
    assert!(open("even.exr", ANY).pixels.iter().all(|pixel| pixel == [118, 118, 118, 255]));
}

#[test]
fn raw_files_are_shown_through_their_previews() {
    let preview = expected("preview");
    for (name, family, size, orientation) in [
        ("raw.dng", RawFamily::Dng, (6000, 4000), 8),
        ("raw.cr2", RawFamily::Cr2, (360, 240), 1),
        ("raw.orf", RawFamily::Orf, (4640, 3472), 3),
        ("raw.rw2", RawFamily::Rw2, (4500, 3000), 6),
        ("raw.raf", RawFamily::Raf, (4896, 3264), 8),
        ("raw.cr3", RawFamily::Cr3, (6000, 4000), 6),
    ] {
        let orientation = Orientation::from_exif(orientation);
        let decoded = open(name, ANY);
        assert_eq!(decoded.header.format, Format::Raw(family));
        assert_eq!(decoded.header.orientation, orientation, "{name}");
        assert_eq!((decoded.header.width, decoded.header.height), orientation.size(size.0, size.1), "{name}");
        let (width, height) = orientation.size(360, 240);
        assert_eq!((decoded.pixels.width(), decoded.pixels.height()), (width, height), "{name}");
        let small = shrink(&decoded.pixels, 90);
        assert!(difference(&small, &orientation.apply(preview.clone())) < 3.0, "{name}");
        let thumbnail = embedded_thumbnail(&file(name), OsStr::new(name));
        if name == "raw.orf" {
            // Its preview has no thumbnail of its own, but is small enough itself.
            assert_eq!(thumbnail.unwrap().pixels.width(), 180);
            continue;
        }
        let thumbnail = thumbnail.unwrap().pixels;
        assert!((96..=181).contains(&thumbnail.width().max(thumbnail.height())), "{name}: {thumbnail:?}");
        let (a, b) = (shrink(&thumbnail, 90), orientation.apply(preview.clone()));
        let (width, height) = (a.width().min(b.width()), a.height().min(b.height()));
        let apart = difference(&a.crop(0, 0, width, height).unwrap(), &b.crop(0, 0, width, height).unwrap());
        assert!(apart < 12.0, "{name}: {apart}");
    }
    // The smallest preview that covers: 240 of CR3's box, not 360 of its media data.
    assert_eq!(open("raw.cr3", Some(200)).pixels.height(), 240);
}

#[test]
fn thumbnails_lose_their_bars_and_stand_upright() {
    for (name, orientation) in [("thumbnail_bars.jpg", 1), ("thumbnail_turned.jpg", 6)] {
        let orientation = Orientation::from_exif(orientation);
        let thumbnail = embedded_thumbnail(&file(name), OsStr::new(name)).unwrap();
        let pixels = &thumbnail.pixels;
        assert_eq!((thumbnail.header.width, thumbnail.header.height), orientation.size(360, 240));
        let (long, short) = (pixels.width().max(pixels.height()), pixels.width().min(pixels.height()));
        assert!(long == 160 && (104..=106).contains(&short), "{name}: {pixels:?}");
        assert_eq!(pixels.width() < pixels.height(), orientation.transposed);
        assert!(pixels.iter().any(|pixel| pixel[0] > 200));
        // No line of it is black.
        let line = |at: u32| {
            let (left, top, width, height) =
                if orientation.transposed { (at, 0, 1, long) } else { (0, at, long, 1) };
            pixels.crop(left, top, width, height).unwrap()
        };
        for at in [0, short - 1] {
            let sum: u32 = line(at).iter().flat_map(|[r, g, b, _]| [r, g, b]).map(u32::from).sum();
            assert!(sum / long > 60, "{name}, line {at}: {}", sum / long);
        }
    }
    for name in ["thumbnail_fits.jpg", "thumbnail_jfxx.jpg"] {
        let pixels = embedded_thumbnail(&file(name), OsStr::new(name)).unwrap().pixels;
        assert_eq!((pixels.width(), pixels.height()), (160, 107));
        let whole = shrink(&open(name, ANY).pixels, 160);
        assert!(difference(&pixels, &whole) < 8.0);
    }
    // A thumbnail from before the picture was cropped shows another picture.
    assert!(embedded_thumbnail(&file("thumbnail_stale.jpg"), OsStr::new("")).is_none());
    assert!(embedded_thumbnail(&file("large_420.jpg"), OsStr::new("")).is_none());
    assert!(embedded_thumbnail(&file("rgb.png"), OsStr::new("")).is_none());
}

#[test]
fn shrinking_keeps_shape_and_colour() {
    let flat = |rgba: [u8; 4], width: u32, height: u32| {
        Pixels::new(width, height, rgba.repeat((width * height) as usize)).unwrap()
    };
    let small = shrink(&flat([10, 200, 30, 255], 900, 7), 100);
    assert_eq!((small.width(), small.height()), (100, 1));
    assert!(small.iter().all(|pixel| pixel == [10, 200, 30, 255]));
    let picture = expected("small");
    assert_eq!(shrink(&picture, 45), picture);
    assert_eq!(shrink(&picture, 0).width(), 1);
    // Invisible red beside opaque blue: no red comes through.
    let half: Vec<u8> =
        (0..64 * 64).flat_map(|at| if at % 64 < 33 { [255, 0, 0, 0] } else { [0, 0, 255, 255] }).collect();
    let mixed = shrink(&Pixels::new(64, 64, half).unwrap(), 16);
    assert!(mixed.iter().all(|[r, _, b, a]| a == 0 || (r < 3 && b > 252)), "{:?}", mixed.rgba());
    assert!(mixed.iter().any(|[.., a]| a > 0 && a < 255));
}

#[test]
fn thumbnails_are_kept() {
    let opaque = shrink(&open("large_444.jpg", ANY).pixels, 200);
    let bytes = encode_thumbnail(&opaque);
    assert_eq!(Format::sniff(&bytes, OsStr::new("")), Some(Format::Jpeg));
    assert!(difference(&decode_thumbnail(&bytes).unwrap(), &opaque) < 4.0);
    let clear = expected("small_alpha");
    let bytes = encode_thumbnail(&clear);
    assert_eq!(difference(&decode_thumbnail(&bytes).unwrap(), &clear), 0.0);
    assert!(decode_thumbnail(b"no picture").is_err());
    assert!(decode_thumbnail(&[0xff, 0xd8, 0xff]).is_err());
}

/// A file that claims a size and has little behind it.
fn claims(width: u32, height: u32) -> Vec<(&'static str, Vec<u8>)> {
    let (w, h) = (width.to_be_bytes(), height.to_be_bytes());
    let mut jpeg = file("large_420.jpg");
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[h[2], h[3], w[2], w[3]]);
    let mut png = file("rgb.png");
    png[16..24].copy_from_slice(&[w, h].concat());
    let mut qoi = file("rgb.qoi");
    qoi[4..12].copy_from_slice(&[w, h].concat());
    let mut bmp = file("rgb.bmp");
    bmp[18..26].copy_from_slice(&[width.to_le_bytes(), height.to_le_bytes()].concat());
    let mut gif = file("palette.gif");
    gif[6..10].copy_from_slice(&[w[3], w[2], h[3], h[2]]);
    let mut tga = file("rgb.tga");
    tga[12..16].copy_from_slice(&[w[3], w[2], h[3], h[2]]);
    vec![("a.jpg", jpeg), ("a.png", png), ("a.qoi", qoi), ("a.bmp", bmp), ("a.gif", gif), ("a.tga", tga)]
}

#[test]
fn bombs_are_refused_before_anything_is_allocated() {
    for (name, bytes) in claims(65_000, 65_000) {
        let outcome = decode(&bytes, OsStr::new(name), Some(320), &ByteBudget::new(512 << 20));
        assert!(matches!(outcome, Err(DecodeError::Broken { .. } | DecodeError::TooLarge { .. })), "{name}");
    }
    // Not refused for what it claims, but for the budget; the words say so.
    let small = ByteBudget::new(5_000);
    let error = decode(&file("rgb.png"), OsStr::new(""), ANY, &small).unwrap_err();
    assert!(matches!(error, DecodeError::TooLarge { width: 45, height: 35, .. }), "{error:?}");
    assert!(error.to_string().contains("45 × 35 pixels"), "{error}");
    assert_eq!(small.used_bytes(), 0);
    // At an eighth a JPEG fits where it does not as a whole.
    let jpeg = file("large_420.jpg");
    let tight = ByteBudget::new(20_000);
    assert!(matches!(decode(&jpeg, OsStr::new(""), ANY, &tight), Err(DecodeError::TooLarge { .. })));
    assert_eq!(decode(&jpeg, OsStr::new(""), Some(31), &tight).unwrap().pixels.width(), 31);
}

#[test]
fn a_very_large_jpeg_fits_at_an_eighth() {
    // 30 000 × 30 000 of which only the first rows are there.
    let (_, mut bytes) = claims(30_000, 30_000).swap_remove(0);
    bytes.extend(vec![0; 300_000]);
    let budget = ByteBudget::new(128 << 20);
    assert!(matches!(decode(&bytes, OsStr::new(""), ANY, &budget), Err(DecodeError::TooLarge { .. })));
    let pixels = decode(&bytes, OsStr::new(""), Some(320), &budget).unwrap().pixels;
    assert_eq!((pixels.width(), pixels.height()), (3750, 3750));
}

#[test]
fn the_budget_waits_for_others_in_order() {
    let budget = ByteBudget::new(100);
    assert!(budget.reserve(101).is_none());
    let held = budget.reserve(60).unwrap();
    let (sender, receiver) = mpsc::sync_channel(2);
    std::thread::scope(|scope| {
        let waits = |bytes: u64, name: &'static str| {
            let (budget, sender) = (budget.clone(), sender.clone());
            scope.spawn(move || {
                let reservation = budget.reserve(bytes).unwrap();
                sender.send(name).unwrap();
                drop(reservation);
            })
        };
        waits(90, "large");
        // The large one is in line before the small one asks.
        std::thread::sleep(Duration::from_millis(100));
        waits(20, "small");
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err(), "nobody passes the large one");
        assert_eq!(budget.used_bytes(), 60);
        drop(held);
        assert_eq!(receiver.recv().unwrap(), "large");
        assert_eq!(receiver.recv().unwrap(), "small");
    });
    assert_eq!(budget.used_bytes(), 0);
}

#[test]
fn a_picture_larger_than_the_budget_is_decoded_alone() {
    let budget = ByteBudget::with_lone(100, 1000);
    assert!(budget.reserve(1001).is_none());
    let held = budget.reserve(1).unwrap();
    let (sender, receiver) = mpsc::sync_channel(2);
    std::thread::scope(|scope| {
        let (others, sent) = (budget.clone(), sender.clone());
        scope.spawn(move || {
            let large = others.reserve(1000).unwrap();
            sent.send(others.used_bytes()).unwrap();
            drop(large);
        });
        assert!(receiver.recv_timeout(Duration::from_millis(100)).is_err(), "not beside another");
        drop(held);
        assert_eq!(receiver.recv().unwrap(), 1000);
    });
    assert_eq!(budget.used_bytes(), 0);
}

#[test]
fn formats_are_recognised_by_content() {
    let of = |head: &[u8], name: &str| Format::sniff(head, OsStr::new(name));
    assert_eq!(of(&file("strips.tif"), "scan.jpg"), Some(Format::Tiff));
    assert_eq!(of(&file("strips.tif"), "IMG_1.NEF"), Some(Format::Raw(RawFamily::Nef)));
    assert_eq!(of(&file("raw.dng"), "x.tif"), Some(Format::Raw(RawFamily::Dng)));
    assert_eq!(of(&file("rgb.tga"), "x.bin"), None);
    assert_eq!(of(b"BM is the beginning of a letter", "a.bmp"), None);
    assert_eq!(of(b"GIF89", "a.gif"), None);
    assert_eq!(of(b"\0\0\0\x14ftypisom\0\0\0\0mp42", "film.mp4"), None);
}

/// Everything that reads hostile bytes.
fn read_all(bytes: &[u8], name: &str) {
    let name = OsStr::new(name);
    let _ = Format::sniff(bytes, name);
    let _ = header(bytes, name);
    let _ = embedded_thumbnail(bytes, name);
    let _ = decode_thumbnail(bytes);
    let budget = ByteBudget::new(8 << 20);
    for cover in [Some(16), Some(100), ANY] {
        if let Ok(decoded) = decode(bytes, name, cover, &budget) {
            assert!(decoded.pixels.rgba().len() <= 8 << 20);
        }
    }
    assert_eq!(budget.used_bytes(), 0);
}

fn all_files() -> Vec<String> {
    let names =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != "expected" && name != "pictures.json").collect();
    names.sort();
    names
}

#[test]
fn cut_off_files_do_no_harm() {
    for name in all_files() {
        let bytes = file(&name);
        for length in
            [1, 2, 3, 8, 20, 40, 100, 200, 400, 700, 1000, 2000, 5000].map(|l: usize| l.min(bytes.len()))
        {
            read_all(&bytes[..length], &name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn byte_soup_does_no_harm(
        start in prop::sample::select(vec![
            b"".as_slice(), b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"RIFF\0\x01\0\0WEBPVP8 ", b"GIF89a",
            b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0", b"qoif\0\0\0\x40\0\0\0\x40", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08",
            b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0", b"IIU\0\x08\0\0\0", b"FUJIFILMCCD-RAW ", b"\0\0\0\x18ftypcrx \0\0\0\0",
            b"#?RADIANCE\n\n-Y 9 +X 9\n", b"\x76\x2f\x31\x01\x02\0\0\0", b"\xff\xd8\xff\xe1\x01\0Exif\0\0II*\0\x08\0\0\0",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..700),
    ) {
        read_all(&[start, &rest].concat(), "soup.tga");
    }

    #[test]
    fn damaged_files_do_no_harm(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        near_start in any::<bool>(),
    ) {
        let names = all_files();
        let name = which.get(&names);
        let mut bytes = file(name);
        let reach = if near_start { bytes.len().min(600) } else { bytes.len() };
        for (place, value) in changes {
            bytes[place.index(reach)] = value;
        }
        read_all(&bytes, name);
    }
}
