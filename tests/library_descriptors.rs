//! Descriptors: against other programs' hashes and colour names, by hand on plain pictures, and by what a copy, a turn
//! or a crop must not change.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use image::DynamicImage;
use image::imageops::FilterType;
use proptest::prelude::*;
use vitrine::library::descriptors::{
    BUILT_IN, ConceptKind, Description, Oklab, OrientedHashes, SPACES, concept, concepts, describe,
    similarity_weights, sketch_query, words,
};
use vitrine::library::session::{Sketch, SketchBlob};
use vitrine::library::{Orientation, Pixels};

/// What `tests/reference/make_descriptors.py` wrote.
#[derive(serde::Deserialize)]
struct Reference {
    hashes: Vec<String>,
    colours: BTreeMap<String, String>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/descriptors.json")).unwrap()
}

/// Numbers that look random, the same on every machine and in the script.
struct Lcg(u32);

impl Lcg {
    fn next(&mut self, below: u32) -> i32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.0 >> 16) % below) as i32
    }

    fn color(&mut self) -> [i32; 3] {
        [self.next(256), self.next(256), self.next(256)]
    }
}

/// A made-up picture: a ground that changes from one colour to another, some plain or striped things on it, and a little
/// noise. The script draws the same.
fn scene(seed: u32) -> Pixels {
    const WIDTH: i32 = 192;
    const HEIGHT: i32 = 144;
    let mut lcg = Lcg(seed * 7919 + 1);
    lcg.next(2);
    let (first, second) = (lcg.color(), lcg.color());
    let is_down = lcg.next(2) == 1;
    let mut pixels = vec![[0; 3]; (WIDTH * HEIGHT) as usize];
    for (place, pixel) in (0..).zip(&mut pixels) {
        let (at, length) = if is_down { (place / WIDTH, HEIGHT - 1) } else { (place % WIDTH, WIDTH - 1) };
        *pixel = std::array::from_fn(|c| (first[c] * (length - at) + second[c] * at) / length);
    }
    for _ in 0..4 + lcg.next(8) {
        let (cx, cy) = (lcg.next(192), lcg.next(144));
        let (rx, ry) = (8 + lcg.next(48), 8 + lcg.next(40));
        let color = lcg.color();
        let (p, q, period, depth) = (lcg.next(5), lcg.next(5), 4 + lcg.next(12), lcg.next(48));
        let is_box = lcg.next(3) == 0;
        for y in (cy - ry).max(0)..(cy + ry + 1).min(HEIGHT) {
            for x in (cx - rx).max(0)..(cx + rx + 1).min(WIDTH) {
                let (dx, dy) = (x - cx, y - cy);
                if is_box || dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry {
                    let shade = if (x * p + y * q) / period % 2 == 1 { depth } else { 0 };
                    pixels[(y * WIDTH + x) as usize] = color.map(|value| (value - shade).max(0));
                }
            }
        }
    }
    let mut rgba = Vec::new();
    for pixel in pixels {
        let noise = lcg.next(9);
        rgba.extend(pixel.map(|value| (value + noise - 4).clamp(0, 255) as u8));
        rgba.push(255);
    }
    Pixels::new(WIDTH as u32, HEIGHT as u32, rgba).unwrap()
}

fn scenes() -> Vec<Pixels> {
    (0..24).map(scene).collect()
}

/// A picture from a rule for each pixel.
fn drawn(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 3]) -> Pixels {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rgba = places.flat_map(|(x, y)| color(x, y).into_iter().chain([255])).collect();
    Pixels::new(width, height, rgba).unwrap()
}

fn plain(rgb: [u8; 3]) -> Pixels {
    drawn(64, 48, |_, _| rgb)
}

fn to_image(pixels: &Pixels) -> DynamicImage {
    image::RgbaImage::from_raw(pixels.width(), pixels.height(), pixels.rgba().to_vec()).unwrap().into()
}

fn to_pixels(image: &DynamicImage) -> Pixels {
    let image = image.to_rgba8();
    Pixels::new(image.width(), image.height(), image.into_raw()).unwrap()
}

fn mapped(pixels: &Pixels, change: impl Fn([f32; 3]) -> [f32; 3]) -> Pixels {
    let rgba = pixels.iter().flat_map(|[r, g, b, a]| {
        let [r, g, b] = change([r, g, b].map(f32::from)).map(|value| value.round() as u8);
        [r, g, b, a]
    });
    Pixels::new(pixels.width(), pixels.height(), rgba.collect()).unwrap()
}

fn resized(pixels: &Pixels, part: f32) -> Pixels {
    let side = |length: u32| (length as f32 * part).round() as u32;
    to_pixels(&to_image(pixels).resize_exact(
        side(pixels.width()),
        side(pixels.height()),
        FilterType::Triangle,
    ))
}

fn recompressed(pixels: &Pixels, quality: u8) -> Pixels {
    let mut jpeg = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality);
    encoder.encode_image(&to_image(pixels).to_rgb8()).unwrap();
    to_pixels(&image::load_from_memory(&jpeg).unwrap())
}

fn cropped(pixels: &Pixels) -> Pixels {
    let (width, height) = (pixels.width(), pixels.height());
    pixels.crop(width / 40, height / 40, width - width / 20, height - height / 20).unwrap()
}

fn brighter(pixels: &Pixels) -> Pixels {
    mapped(pixels, |rgb| rgb.map(|value| (value * 1.1).min(255.0)))
}

fn turned(pixels: &Pixels, index: usize) -> Pixels {
    OrientedHashes::orientation(index).apply(pixels.clone())
}

fn space(name: &str) -> usize {
    BUILT_IN.iter().position(|space| space.name == name).unwrap()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn similarity(a: &Description, b: &Description) -> f32 {
    let parts = a.vectors.iter().zip(&b.vectors).zip(similarity_weights());
    parts.map(|((a, b), weight)| weight * dot(a, b)).sum()
}

fn degree(description: &Description, word: &str) -> f32 {
    let query = concept(word).unwrap().query();
    dot(&query, &description.vectors[space("concepts")])
}

fn degree_of(pixels: &Pixels, word: &str) -> f32 {
    degree(&describe(pixels), word)
}

fn assert_near(value: f32, expected: f32, tolerance: f32, what: &str) {
    assert!((value - expected).abs() <= tolerance, "{what}: {value} instead of {expected}");
}

#[test]
fn oklab_agrees_with_css_color_4() {
    // Sample values of the CSS Color 4 specification, section on Lab, LCH, Oklab and Oklch.
    let known = [
        ([255, 0, 0], [0.627_96, 0.224_86, 0.125_85]),
        ([0, 255, 0], [0.866_44, -0.233_89, 0.179_50]),
        ([0, 0, 255], [0.452_01, -0.032_46, -0.311_53]),
        ([255, 255, 255], [1.0, 0.0, 0.0]),
    ];
    for (rgb, [l, a, b]) in known {
        let color = Oklab::from_srgb(rgb);
        for (value, expected) in [(color.l, l), (color.a, a), (color.b, b)] {
            assert_near(value, expected, 2e-4, &format!("{rgb:?}"));
        }
        assert_eq!(color.to_srgb(), rgb);
    }
}

#[test]
fn upright_hashes_are_those_of_imagehash() {
    for (seed, expected) in (0..).zip(reference().hashes) {
        let expected = u64::from_str_radix(&expected, 16).unwrap();
        let distance = (describe(&scene(seed)).hashes.upright() ^ expected).count_ones();
        assert!(distance <= 2, "scene {seed} is {distance} bits away");
    }
}

#[test]
fn hashes_know_the_turned_pictures() {
    for (seed, picture) in scenes().iter().enumerate() {
        let hashes = describe(picture).hashes;
        for index in 0..8 {
            let other = describe(&turned(picture, index)).hashes;
            let distance = (hashes.0[index] ^ other.upright()).count_ones();
            assert!(distance <= 2, "scene {seed} in turn {index}: {distance} bits");
            assert!(other.distance(&hashes) <= 2 && hashes.distance(&other) <= 2, "scene {seed}, {index}");
        }
        assert_eq!(hashes.nearest_turn(&hashes), (0, 0));
        assert_eq!(OrientedHashes::from_bytes(&hashes.to_bytes()), hashes);
    }
}

#[test]
fn hashes_tell_copies_from_others() {
    let pictures = scenes();
    let own: Vec<OrientedHashes> = pictures.iter().map(|picture| describe(picture).hashes).collect();
    for (seed, (picture, hashes)) in pictures.iter().zip(&own).enumerate() {
        for copy in
            [recompressed(picture, 30), resized(picture, 0.5), resized(picture, 1.7), brighter(picture)]
        {
            let distance = (describe(&copy).hashes.upright() ^ hashes.upright()).count_ones();
            assert!(distance <= 6, "a copy of scene {seed} is {distance} bits away");
        }
        for (other_seed, other) in own.iter().enumerate().filter(|(other, _)| *other != seed) {
            let distance = hashes.distance(other);
            assert!(distance > 10, "scenes {seed} and {other_seed} are {distance} bits apart");
        }
    }
}

#[test]
fn a_plain_picture_has_a_plain_description() {
    let teal = describe(&plain([0, 128, 128]));
    assert_eq!(teal.swatches.len(), 1);
    assert_eq!(teal.swatches[0].rgb, [0, 128, 128]);
    assert_near(teal.swatches[0].share, 1.0, 1e-5, "share");
    // CSS: teal is oklch(54.313% 0.0927 194.8).
    assert_near(teal.brightness, 0.543, 1e-3, "brightness");
    assert_near(teal.saturation, 0.0927 / 0.323, 2e-3, "saturation");
    assert_eq!((teal.sharpness, teal.contrast, teal.is_monochrome), (0.0, 0.0, false));
    // Only the mean is above the median of coefficients that are all zero.
    assert_eq!(teal.hashes.0, [1 << 63; 8]);
    assert!(!teal.hashes.is_telling(), "all plain pictures have this one");
    assert!(scenes().iter().all(|picture| describe(picture).hashes.is_telling()));
    assert!(degree(&teal, "teal") > 0.99);
    assert!(degree(&teal, "smooth") > 0.99 && degree(&teal, "cool") > 0.5);
    for word in
        ["red", "gray", "busy", "striped", "grainy", "sharp", "blurred", "symmetric", "contrasty", "bw"]
    {
        assert!(degree(&teal, word) < 0.01, "{word}: {}", degree(&teal, word));
    }
    // Every cell of the layout is alike, and the constant in front gives its colour back.
    let layout = &teal.vectors[space("layout")];
    let cells = |axis: usize| &layout[1 + axis * 64..65 + axis * 64];
    for axis in 0..3 {
        assert!(cells(axis).iter().all(|value| (value - cells(axis)[0]).abs() < 1e-6), "axis {axis}");
    }
    assert_near(cells(1)[0] / cells(2)[0], -0.0896 / -0.0237, 0.02, "ratio of the colour axes");
}

#[test]
fn colours_go_by_the_names_that_people_gave() {
    let colours = reference().colours;
    let mut wrong = Vec::new();
    for (name, hex) in &colours {
        let word = name.split(' ').next_back().unwrap();
        let hex = u32::from_str_radix(hex.trim_start_matches('#'), 16).unwrap();
        let [_, r, g, b] = hex.to_be_bytes();
        if degree_of(&plain([r, g, b]), word) < 0.5 {
            wrong.push(name.clone());
        }
    }
    assert!(colours.len() > 90, "{}", colours.len());
    // Some with a second word are rather something else: dark blue is navy, light purple is violet.
    assert!(wrong.len() * 7 <= colours.len(), "{} of {}: {wrong:?}", wrong.len(), colours.len());
    assert!(wrong.iter().all(|name| name.contains(' ')), "{wrong:?}");
}

#[test]
fn a_colour_counts_by_what_it_covers() {
    let covered = |part: u32| {
        degree_of(&drawn(100, 40, |x, _| if x < part { [0, 128, 128] } else { [255; 3] }), "teal")
    };
    assert_eq!(covered(0), 0.0);
    assert!(covered(3) > 0.1 && covered(3) < 0.35, "{}", covered(3));
    assert!(covered(30) > 0.75, "{}", covered(30));
    assert!(covered(5) < covered(10) && covered(10) < covered(30) && covered(30) < covered(100));
}

#[test]
fn tones_are_told() {
    let grey = |seed: u32| mapped(&scene(seed), |[r, g, b]| [0.299 * r + 0.587 * g + 0.114 * b; 3]);
    let mut sepias = Vec::new();
    for seed in 0..24 {
        let picture = scene(seed);
        let (own, bw) = (describe(&picture), describe(&grey(seed)));
        assert!(bw.is_monochrome && degree(&bw, "bw") > 0.99 && degree(&bw, "sepia") < 0.01, "scene {seed}");
        assert!(!own.is_monochrome && degree(&own, "bw") < 0.01, "scene {seed}");
        assert!(degree(&bw, "vivid") == 0.0 && bw.saturation < 0.01, "scene {seed}");
        let jpeg = describe(&recompressed(&grey(seed), 50));
        assert!(jpeg.is_monochrome, "scene {seed}");
        // The usual sepia: greys tinted by the same factors.
        let sepia = describe(&mapped(&grey(seed), |[v, ..]| [v * 0.86 + 20.0, v * 0.74 + 12.0, v * 0.6]));
        assert!(degree(&sepia, "bw") < 0.1, "scene {seed}");
        sepias.push(degree(&sepia, "sepia"));
        let dark = describe(&mapped(&picture, |rgb| rgb.map(|value| value * 0.3)));
        let light = describe(&mapped(&picture, |rgb| rgb.map(|value| 255.0 - 0.3 * (255.0 - value))));
        assert!(dark.brightness < own.brightness && own.brightness < light.brightness, "scene {seed}");
        assert!(degree(&dark, "dark") > degree(&own, "dark"), "scene {seed}");
        assert!(degree(&light, "bright") > degree(&own, "bright"), "scene {seed}");
        let pale = describe(&mapped(&picture, |rgb| rgb.map(|value| 0.2 * value + 100.0)));
        assert!(pale.contrast < own.contrast && degree(&pale, "flat") > 0.3, "scene {seed}");
    }
    // One with little light and shade is as well a plain brown picture.
    sepias.sort_by(f32::total_cmp);
    assert!(sepias[0] > 0.25 && sepias[sepias.len() / 2] > 0.7, "{sepias:?}");
    let red = |value: u8| describe(&plain([value, value / 4, value / 8]));
    assert!(degree(&red(220), "warm") > 0.9 && degree(&red(220), "vivid") > 0.9);
    let split = describe(&drawn(64, 64, |x, _| if x < 32 { [0; 3] } else { [255; 3] }));
    assert_near(split.contrast, 1.0, 1e-3, "black and white");
    assert_near(split.brightness, 0.5, 1e-3, "black and white");
    assert!(degree(&split, "contrasty") > 0.99 && degree(&split, "flat") < 0.01);
    let lit =
        describe(&drawn(
            100,
            100,
            |x, y| if x / 20 == 2 && y / 25 == 1 { [255, 230, 180] } else { [12, 10, 16] },
        ));
    assert!(degree(&lit, "moody") > 0.6 || degree(&lit, "dark") > 0.9, "a lit spot in the dark");
}

#[test]
fn stripes_lie_in_their_direction() {
    let striped =
        |rule: &dyn Fn(u32, u32) -> u32| {
            describe(&drawn(256, 192, |x, y| {
                if rule(x, y).is_multiple_of(2) { [40, 60, 90] } else { [200, 190, 160] }
            }))
        };
    // The slope of stripes along x + y = constant points to 45°, the third of eight directions.
    let cases =
        [(striped(&|x, _| x / 8), 0), (striped(&|x, y| (x + y) / 12), 2), (striped(&|_, y| y / 8), 4)];
    for (picture, direction) in &cases {
        assert!(degree(picture, "striped") > 0.9, "{direction}: {}", degree(picture, "striped"));
        let edges = &picture.vectors[space("edges")];
        for (part, directions) in edges[1..].as_chunks::<8>().0.iter().enumerate() {
            let best = (0..8).max_by(|a, b| directions[*a].total_cmp(&directions[*b])).unwrap();
            assert_eq!(best, *direction, "part {part}: {directions:?}");
        }
    }
    let edges = |case: usize| &cases[case].0.vectors[space("edges")];
    assert!(dot(edges(0), edges(1)) < 0.2 && dot(edges(0), edges(2)) < 0.2);
    let board = striped(&|x, y| x / 8 + y / 8);
    assert!(degree(&board, "striped") < 0.1, "a chequerboard has no stripes");
    let slope = describe(&drawn(256, 192, |x, _| [x as u8; 3]));
    assert!(degree(&slope, "striped") < 0.1 && degree(&slope, "smooth") > 0.9, "a gradient has no stripes");
}

#[test]
fn sharpness_falls_with_blur() {
    for (seed, picture) in scenes().iter().enumerate() {
        let mut last = describe(picture).sharpness;
        for sigma in [0.7, 1.2, 2.5] {
            let next = describe(&to_pixels(&to_image(picture).blur(sigma))).sharpness;
            assert!(next < last, "scene {seed} blurred by {sigma}: {next} after {last}");
            last = next;
        }
    }
    let board =
        |size: u32| {
            describe(&drawn(200, 200, |x, y| {
                if (x / size + y / size).is_multiple_of(2) { [0; 3] } else { [255; 3] }
            }))
        };
    assert_eq!(board(1).sharpness, 1.0);
    assert!(degree(&board(1), "busy") > 0.99 && degree(&board(1), "sharp") > 0.99);
    let soft = describe(&to_pixels(&to_image(&scene(3)).blur(4.0)));
    assert!(degree(&soft, "blurred") > 0.9 && degree(&soft, "sharp") < 0.01);
}

#[test]
fn grain_and_symmetry_are_told() {
    for seed in 0..24 {
        let picture = scene(seed);
        let image = to_image(&picture).to_rgba8();
        let mut lcg = Lcg(seed);
        let noisy: Vec<u8> = image
            .pixels()
            .flat_map(|pixel| {
                let noise = (0..4).map(|_| lcg.next(49) - 24).sum::<i32>() / 2;
                let [r, g, b, a] = pixel.0;
                let [r, g, b] = [r, g, b].map(|value| (i32::from(value) + noise).clamp(0, 255) as u8);
                [r, g, b, a]
            })
            .collect();
        let noisy = describe(&Pixels::new(192, 144, noisy).unwrap());
        let clean = describe(&to_pixels(&to_image(&picture).blur(1.0)));
        assert!(degree(&noisy, "grainy") > 0.6, "scene {seed}: {}", degree(&noisy, "grainy"));
        assert!(degree(&clean, "grainy") < 0.2, "scene {seed}: {}", degree(&clean, "grainy"));

        let mut folded = image.clone();
        for (x, y, pixel) in folded.enumerate_pixels_mut() {
            *pixel = *image.get_pixel(x.min(191 - x), y);
        }
        let folded = to_pixels(&DynamicImage::from(folded));
        assert!(degree_of(&folded, "symmetric") > 0.9, "scene {seed}: {}", degree_of(&folded, "symmetric"));
        assert!(degree_of(&picture, "symmetric") < 0.9, "scene {seed}");
    }
}

#[test]
fn changed_copies_are_most_like_their_original() {
    let pictures = scenes();
    let own: Vec<Description> = pictures.iter().map(describe).collect();
    assert_originals_are_found(&pictures, &own, 0.75, 0.6);
}

/// Every changed copy ranks its original first, with a similarity above `same`, or above `turned_least` for turned ones.
fn assert_originals_are_found(pictures: &[Pixels], own: &[Description], same: f32, turned_least: f32) {
    for (number, picture) in pictures.iter().enumerate() {
        let turns = (1..8).map(|index| (turned(picture, index), turned_least, format!("turn {index}")));
        let changes = [
            (recompressed(picture, 30), "recompressed"),
            (resized(picture, 0.5), "half as large"),
            (brighter(picture), "brighter"),
            (cropped(picture), "cropped"),
        ]
        .map(|(copy, name)| (copy, same, name.to_owned()));
        for (copy, least, name) in turns.chain(changes) {
            let copy = describe(&copy);
            let scores: Vec<f32> = own.iter().map(|other| similarity(&copy, other)).collect();
            let best = (0..own.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap();
            assert_eq!(best, number, "{name}: {} instead of {}", scores[best], scores[number]);
            assert!(scores[number] > least, "picture {number} {name}: {}", scores[number]);
        }
    }
}

#[test]
#[ignore = "needs a folder of JPEG photographs in VITRINE_PHOTOS"]
fn changed_photographs_are_most_like_their_original() {
    let folder = std::env::var_os("VITRINE_PHOTOS").unwrap();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    paths.sort();
    let pictures: Vec<Pixels> = paths.iter().map(|path| to_pixels(&image::open(path).unwrap())).collect();
    let own: Vec<Description> = pictures.iter().map(describe).collect();
    assert!(pictures.len() > 9, "few pictures prove little");
    assert_originals_are_found(&pictures, &own, 0.85, 0.65);
    for (picture, own) in pictures.iter().zip(&own) {
        let blurred = describe(&to_pixels(&to_image(picture).blur(1.5)));
        assert!(blurred.sharpness < own.sharpness);
        let copy = describe(&recompressed(picture, 30)).hashes;
        assert!((copy.upright() ^ own.hashes.upright()).count_ones() <= 6);
    }
}

#[test]
fn a_picture_is_entirely_like_itself() {
    assert_near(similarity_weights().iter().sum::<f32>(), 1.0, 1e-6, "weights");
    assert_eq!(similarity_weights()[space("concepts")], 0.0, "not of length one");
    for picture in scenes() {
        let own = describe(&picture);
        assert_near(similarity(&own, &own), 1.0, 1e-5, "similarity");
        assert_eq!(own, describe(&picture), "the same picture has the same description");
    }
}

#[test]
fn a_sketch_finds_colour_at_its_place() {
    let spot = |column: u32, row: u32, ground: [u8; 3]| {
        let picture =
            drawn(120, 80, |x, y| if (x / 40, y / 27) == (column, row) { [0, 128, 128] } else { ground });
        describe(&picture).vectors[space("layout")].clone()
    };
    let blob = SketchBlob { x: 1.0 / 6.0, y: 1.0 / 6.0, radius: 0.13, rgb: [0, 128, 128] };
    let query = sketch_query(&Sketch { blobs: vec![blob] }).unwrap();
    let here = query.score(&spot(0, 0, [200, 180, 150]));
    for ground in [[200, 180, 150], [250, 250, 250], [150, 40, 40]] {
        let there = query.score(&spot(2, 2, ground));
        assert!(query.score(&spot(0, 0, ground)) > 1.5 * there, "{ground:?}: {there}");
    }
    // What is not painted does not count.
    assert!(here > 0.5 && (here - query.score(&spot(0, 0, [150, 40, 40]))).abs() < 0.35, "{here}");
    let all = SketchBlob { x: 0.5, y: 0.5, radius: 2.0, rgb: [0, 128, 128] };
    let all = sketch_query(&Sketch { blobs: vec![blob, all] }).unwrap();
    let plain_teal = &describe(&plain([0, 128, 128])).vectors[space("layout")];
    assert_near(all.score(plain_teal), 1.0, 1e-3, "the painted picture itself");
    assert!(sketch_query(&Sketch::default()).is_none());
    let outside = SketchBlob { x: 4.0, ..blob };
    assert!(sketch_query(&Sketch { blobs: vec![outside] }).is_none());
    assert_eq!((query.score(&[]), query.score(&[0.0; 193])), (0.0, 0.0));
}

#[test]
fn words_name_concepts() {
    assert_eq!(concepts().len(), BUILT_IN[space("concepts")].dimensions);
    for (index, known) in concepts().iter().enumerate() {
        assert_eq!((known.index, concept(known.name)), (index, Some(known)));
    }
    let unique: BTreeSet<&str> = words().map(|(word, _)| word).collect();
    assert_eq!(unique.len(), words().count(), "every word is there once");
    for (word, name) in words() {
        assert_eq!(concept(word).unwrap().name, name);
        assert_eq!(word, word.to_lowercase());
    }
    let named = |word: &str| concept(word).map(|found| (found.name, found.kind));
    assert_eq!(named("Grey"), Some(("gray", ConceptKind::Colour)));
    assert_eq!(named("turquoise"), Some(("teal", ConceptKind::Colour)));
    assert_eq!(named("low-key"), Some(("moody", ConceptKind::Tone)));
    assert_eq!(named("noisy"), Some(("grainy", ConceptKind::Texture)));
    assert_eq!((named("oranges"), named("rose"), named("")), (None, None, None));
}

#[test]
fn what_is_transparent_has_no_colour() {
    let rgba = |alpha: fn(u32) -> u8| {
        let pixels = (0..64 * 64).flat_map(|place| [230, 10, 10, alpha(place)]).collect();
        describe(&Pixels::new(64, 64, pixels).unwrap())
    };
    let invisible = rgba(|_| 0);
    assert!(invisible.swatches.is_empty() && !invisible.is_monochrome);
    assert!(concepts()[..34].iter().all(|concept| degree(&invisible, concept.name) == 0.0));
    // The colour is all red, but the layout sees the grey behind it.
    let half = rgba(|place| if place % 64 < 32 { 255 } else { 0 });
    assert_eq!(half.swatches.len(), 1);
    assert!(degree(&half, "red") > 0.99 && degree(&half, "gray") < 0.01);
    let layout = &half.vectors[space("layout")];
    assert!(layout[1 + 64] > 0.1 && layout[1 + 64 + 7].abs() < 0.01, "red left, none right");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_picture_has_whole_vectors(
        width in 1_u32..70,
        height in 1_u32..70,
        seed in any::<u32>(),
        steps in 1_u32..256,
        is_long in any::<bool>(),
    ) {
        let width = if is_long { width * 12 } else { width };
        let mut lcg = Lcg(seed);
        let bytes = (0..width * height * 4).map(|_| (lcg.next(steps) * 255 / 255.max(steps as i32 - 1)) as u8);
        let picture = describe(&Pixels::new(width, height, bytes.collect()).unwrap());
        prop_assert_eq!(picture.vectors.len(), SPACES);
        for (vector, space) in picture.vectors.iter().zip(BUILT_IN) {
            prop_assert_eq!(vector.len(), space.dimensions);
            prop_assert!(vector.iter().all(|value| value.is_finite()), "{}", space.name);
            if space.is_normalised {
                prop_assert!((dot(vector, vector) - 1.0).abs() < 1e-4, "{}", space.name);
            } else {
                prop_assert!(vector.iter().all(|value| (0.0..=1.0).contains(value)), "{:?}", vector);
            }
        }
        for number in [picture.sharpness, picture.brightness, picture.contrast, picture.saturation] {
            prop_assert!((0.0..=1.0).contains(&number), "{number}");
        }
        prop_assert!(picture.swatches.len() <= 6);
        prop_assert!(picture.swatches.is_sorted_by(|a, b| a.share >= b.share));
        prop_assert!(picture.swatches.iter().map(|swatch| swatch.share).sum::<f32>() < 1.001);
    }

    #[test]
    fn hashes_come_back_from_bytes(hashes in any::<[u64; 8]>()) {
        let hashes = OrientedHashes(hashes);
        prop_assert_eq!(OrientedHashes::from_bytes(&hashes.to_bytes()), hashes);
    }
}

#[test]
fn orientation_zero_is_upright() {
    assert_eq!(OrientedHashes::orientation(0), Orientation::default());
    let all: BTreeSet<String> =
        (0..8).map(|index| format!("{:?}", OrientedHashes::orientation(index))).collect();
    assert_eq!(all.len(), 8);
}
