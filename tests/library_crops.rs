//! Crops found in their sources, on pictures made here: shapes of many sizes over clouds, compressed and scaled again.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{ImageFormat, Rgba, RgbaImage};
use proptest::prelude::*;
use vitrine::library::Pixels;
use vitrine::library::duplicates::crops::{
    CropMatch, CropSignature, MOST_KEYPOINTS, Rect, SignatureError, find, verify,
};

/// A step of xorshift.
fn random(state: &mut u64) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 40) as f32 / (1_u64 << 24) as f32
}

/// A picture with structure of all sizes: 150 discs and boxes from 4 to 120 pixels over a slope of colour.
fn scene(seed: u64) -> RgbaImage {
    let (width, height) = (640, 480);
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for _ in 0..8 {
        random(&mut state);
    }
    let slope: [f32; 3] = std::array::from_fn(|_| random(&mut state) * 160.0);
    let mut picture = RgbaImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let [red, green, blue] = slope.map(|slope| (40.0 + slope * (u + v) / 2.0) as u8);
        Rgba([red, green, blue, 255])
    });
    for _ in 0..150 {
        let (x, y) = (random(&mut state) * width as f32, random(&mut state) * height as f32);
        let radius = 2.0 * 30.0_f32.powf(random(&mut state));
        let is_disc = random(&mut state) < 0.6;
        let colour: [f32; 3] = std::array::from_fn(|_| random(&mut state) * 255.0);
        let (stretch, opacity) = (0.5 + random(&mut state), 0.4 + 0.6 * random(&mut state));
        for py in ((y - radius).max(0.0) as u32)..((y + radius).min(height as f32 - 1.0) as u32) {
            for px in ((x - radius).max(0.0) as u32)..((x + radius).min(width as f32 - 1.0) as u32) {
                let (across, down) = ((px as f32 - x) / stretch, py as f32 - y);
                let is_in = if is_disc { across.hypot(down) <= radius } else { across.abs() <= radius * 0.7 };
                if is_in {
                    let pixel = picture.get_pixel_mut(px, py);
                    for (value, new) in pixel.0.iter_mut().zip(colour) {
                        *value = (f32::from(*value) * (1.0 - opacity) + new * opacity) as u8;
                    }
                }
            }
        }
    }
    picture
}

/// As a library sees it: compressed, then at most 256 pixels on its longer side.
fn as_seen(picture: &RgbaImage, quality: u8) -> Pixels {
    let mut bytes = Vec::new();
    let rgb = image::DynamicImage::from(picture.clone()).to_rgb8();
    rgb.write_with_encoder(JpegEncoder::new_with_quality(Cursor::new(&mut bytes), quality)).unwrap();
    let decoded = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap();
    let longest = decoded.width().max(decoded.height()).min(256);
    let small = decoded.resize(longest, longest, FilterType::Triangle).to_rgba8();
    let (width, height) = small.dimensions();
    Pixels::new(width, height, small.into_raw()).unwrap()
}

/// A part of a picture, scaled, with where it was.
fn part(picture: &RgbaImage, area: f32, state: &mut u64) -> (RgbaImage, Rect) {
    let (width, height) = picture.dimensions();
    let across = (area.sqrt() * (0.9 + 0.2 * random(state))).min(1.0);
    let size = |share: f32, side: u32| (share * side as f32) as u32;
    let (w, h) = (size(across, width), size(area / across, height).min(height));
    let place = |room: u32, state: &mut u64| (random(state) * (room + 1) as f32) as u32;
    let (x, y) = (place(width - w, state), place(height - h, state));
    let scale = 0.5 + 0.5 * random(state);
    let cut = image::imageops::crop_imm(picture, x, y, w, h).to_image();
    let scaled = resize(&cut, size(scale, w), size(scale, h), FilterType::CatmullRom);
    let share = |pixels: u32, side: u32| pixels as f32 / side as f32;
    let rect = Rect {
        left: share(x, width),
        top: share(y, height),
        right: share(x + w, width),
        bottom: share(y + h, height),
    };
    (scaled, rect)
}

const SCENES: u64 = 10;

#[test]
fn crops_are_found_down_to_a_quarter_and_nothing_else_is() {
    let mut state = 0x1234_5678_9abc_def1;
    let scenes: Vec<RgbaImage> = (1..=SCENES).map(scene).collect();
    let mut pixels: Vec<Pixels> = scenes.iter().map(|picture| as_seen(picture, 92)).collect();
    let mut truth = Vec::new();
    for (source, picture) in scenes.iter().enumerate() {
        for area in [0.75, 0.5, 0.25] {
            let (cut, rect) = part(picture, area, &mut state);
            pixels.push(as_seen(&cut, 60));
            truth.push((source as u32, pixels.len() as u32 - 1, rect));
        }
    }
    let signatures: Vec<CropSignature> = pixels.iter().map(CropSignature::of).collect();
    let found = find(&signatures.iter().collect::<Vec<_>>(), &|| false);
    let is_true = |found: &&CropMatch| {
        truth.iter().any(|(source, crop, rect)| {
            (found.source, found.crop) == (*source, *crop) && found.rect.overlap(rect) > 0.85
        })
    };
    // Crops of one source may lie in each other.
    let scene_of = |at: u32| {
        let of_crop = truth.iter().find(|(_, crop, _)| *crop == at).map(|(source, ..)| *source);
        of_crop.unwrap_or(at)
    };
    for found in &found {
        assert_eq!(scene_of(found.source), scene_of(found.crop), "strangers matched: {found:?}");
        let (source, crop) = (pixels.get(found.source as usize), pixels.get(found.crop as usize));
        let alike = verify(source.unwrap(), crop.unwrap(), found.rect);
        assert!(alike > 0.9, "{found:?} looks otherwise: {alike}");
    }
    let hits = found.iter().filter(is_true).count();
    assert!(hits >= truth.len() - 1, "{hits} of {} crops were found", truth.len());
}

#[test]
fn other_places_do_not_verify() {
    let picture = scene(3);
    let (cut, rect) = part(&picture, 0.3, &mut 0x77);
    let (source, crop) = (as_seen(&picture, 90), as_seen(&cut, 70));
    assert!(verify(&source, &crop, rect) > 0.9);
    let side = |low: f32, high: f32| if low > 1.0 - high { 0.0 } else { 1.0 - (high - low) };
    let (left, top) = (side(rect.left, rect.right), side(rect.top, rect.bottom));
    let elsewhere =
        Rect { left, top, right: left + rect.right - rect.left, bottom: top + rect.bottom - rect.top };
    assert!(verify(&source, &crop, elsewhere) < 0.6);
    assert!(verify(&source, &as_seen(&scene(4), 90), Rect::WHOLE) < 0.6);
    let flat = Pixels::new(40, 40, vec![90; 6400]).unwrap();
    assert_eq!(verify(&flat, &flat, Rect::WHOLE), 0.0);
}

#[test]
fn a_whole_copy_is_no_part() {
    let picture = scene(5);
    let signatures = [CropSignature::of(&as_seen(&picture, 95)), CropSignature::of(&as_seen(&picture, 40))];
    let found = find(&signatures.iter().collect::<Vec<_>>(), &|| false);
    let areas: Vec<f32> = found.iter().map(|found| found.rect.area()).collect();
    assert!(matches!(areas.as_slice(), [area] if *area > 0.97), "{areas:?}");
}

#[test]
fn signatures_survive_storing_and_stay_small() {
    let signature = CropSignature::of(&as_seen(&scene(6), 90));
    let bytes = signature.to_bytes();
    assert!(signature.keypoints().len() > 80 && signature.keypoints().len() <= MOST_KEYPOINTS);
    assert!(bytes.len() <= 8192);
    assert_eq!(CropSignature::from_bytes(&bytes), Ok(signature));
    let mut newer = bytes.clone();
    *newer.first_mut().unwrap() = 9;
    assert_eq!(CropSignature::from_bytes(&newer), Err(SignatureError::Version(9)));
    for cut in [0, 1, 6, 7, bytes.len() - 1] {
        assert_eq!(CropSignature::from_bytes(bytes.get(..cut).unwrap()), Err(SignatureError::Damaged));
    }
}

#[test]
fn pictures_without_structure_match_nothing() {
    let flat = |width: u32, height: u32| {
        Pixels::new(width, height, vec![128; (width * height * 4) as usize]).unwrap()
    };
    let pictures = [flat(256, 256), flat(1, 1), flat(300, 2), flat(2000, 3)];
    let signatures: Vec<CropSignature> = pictures.iter().map(CropSignature::of).collect();
    assert!(signatures.iter().all(|signature| signature.keypoints().is_empty()));
    assert_eq!(find(&signatures.iter().collect::<Vec<_>>(), &|| false), []);
    assert_eq!(find(&[], &|| false), []);
}

#[test]
fn a_stop_gives_nothing() {
    let signature = CropSignature::of(&as_seen(&scene(7), 90));
    assert_eq!(find(&[&signature, &signature], &|| true), []);
    assert_eq!(find(&[&signature, &signature], &|| false).len(), 1);
}

proptest! {
    #[test]
    fn any_bytes_are_a_signature_or_an_error(mut bytes in prop::collection::vec(any::<u8>(), 0..400), count in 0_u16..12) {
        let _ = CropSignature::from_bytes(&bytes);
        // Also ones whose head is right.
        bytes.resize(7 + 37 * usize::from(count), 0);
        let head = [1, 0, 1, 0, 1, count.to_le_bytes()[0], 0];
        bytes.iter_mut().zip(head).for_each(|(byte, head)| *byte = head);
        let signature = CropSignature::from_bytes(&bytes).unwrap();
        prop_assert_eq!(signature.to_bytes(), bytes);
        let _ = find(&[&signature, &signature], &|| false);
    }
}
