//! Pictures made for tests.

use image::{Rgb, RgbImage};

/// A picture of soft shapes and edges that another seed makes quite different.
pub fn scene(seed: u32, width: u32, height: u32) -> RgbImage {
    let phase = |n: u32| (seed.wrapping_mul(2_654_435_761).rotate_left(n * 7) % 628) as f32 / 100.0;
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let wave = |n: u32| {
            let (a, b) = (1.0 + phase(n) * 1.3, 1.0 + phase(n + 3) * 1.1);
            let bent = (u * a * 2.0 + phase(n + 1)).sin() * (v * b * 2.0 + phase(n + 2)).cos();
            let edge = if (u * b + v * a + phase(n + 4)).sin() > 0.6 { 0.25 } else { 0.0 };
            ((0.5 + 0.4 * bent + edge).clamp(0.0, 1.0) * 255.0) as u8
        };
        Rgb([wave(0), wave(1), wave(2)])
    })
}
