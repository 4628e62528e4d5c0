//! Colours of another space than sRGB, brought into it.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformExecutor, TransformOptions};

use super::super::picture::Pixels;
use super::guarded;

/// Bytes that are converted at a time.
const PIECE: usize = 4 * 4096;

/// The corners of the cube of colours and a few greys: a profile that leaves these where they are changes nothing.
const PROBES: [u8; 40] = [
    0, 0, 0, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 0, 255, 0, 255, 255, 255, 255, 0,
    255, 255, 64, 64, 64, 255, 128, 128, 128, 255, 255, 255, 255, 255,
];

/// Makes of four inks, 255 for all of one, the sRGB that their profile means by them; false when the profile is not one of
/// four inks or cannot be read, and then they are as they were.
pub fn inks_to_srgb(inks: &mut [u8], profile: &[u8]) -> bool {
    guarded(|| transformed(inks, &*transform(profile, DataColorSpace::Cmyk)?)).flatten().is_some()
}

/// Makes of pixels what the profile means by them, in sRGB. They stay as they are when the profile is not one of red,
/// green and blue, cannot be read, or means sRGB. Colours outside of sRGB are cut off, which keeps all others exact.
pub fn bring_to_srgb(pixels: &mut Pixels, profile: &[u8]) {
    // The profile comes with the file and may be anything; the pixels are right without it too.
    guarded(|| convert(pixels.rgba_mut(), profile));
}

fn convert(rgba: &mut [u8], profile: &[u8]) -> Option<()> {
    let transform = transform(profile, DataColorSpace::Rgb)?;
    let mut probes = [0; PROBES.len()];
    transform.transform(&PROBES, &mut probes).ok()?;
    if PROBES.iter().zip(probes).all(|(before, after)| before.abs_diff(after) <= 1) {
        return None;
    }
    transformed(rgba, &*transform)
}

type Transform = dyn TransformExecutor<u8> + Send + Sync;

/// From the colours of a profile to sRGB, where they are of this kind. Inks have the layout of red, green, blue and opacity.
fn transform(profile: &[u8], kind: DataColorSpace) -> Option<Arc<Transform>> {
    let source = ColorProfile::new_from_slice(profile).ok()?;
    if source.color_space != kind {
        return None;
    }
    // A profile with tables need not have one for each intent; that for the second one stands in for all.
    [RenderingIntent::RelativeColorimetric, RenderingIntent::Perceptual].into_iter().find_map(|intent| {
        let options = TransformOptions { rendering_intent: intent, ..TransformOptions::default() };
        source.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgba, options).ok()
    })
}

fn transformed(rgba: &mut [u8], transform: &Transform) -> Option<()> {
    let mut piece = vec![0; PIECE.min(rgba.len())];
    for part in rgba.chunks_mut(PIECE) {
        let converted = piece.get_mut(..part.len())?;
        transform.transform(part, converted).ok()?;
        part.copy_from_slice(converted);
    }
    Some(())
}
