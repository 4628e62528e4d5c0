//! Pictures of one colour, and pictures in files.

use std::path::Path;

use image::{Rgb, RgbImage};

/// A picture of one colour.
pub fn plain(rgb: [u8; 3]) -> RgbImage {
    RgbImage::from_pixel(160, 120, Rgb(rgb))
}

/// Writes it in the format that the name ends in.
pub fn save(picture: &RgbImage, path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture.save(path).unwrap();
}
