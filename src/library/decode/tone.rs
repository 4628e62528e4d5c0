//! Scenes with more light than a screen shows, made visible.
//!
//! The exposure puts the scene's log-average luminance at middle gray (0.18); Reinhard's extended curve then brings
//! down what is brighter, with the white point at the 99.9th percentile; the result is coded as sRGB.
//! Source: E. Reinhard et al., "Photographic Tone Reproduction for Digital Images", SIGGRAPH 2002, equations 1, 2, 4.

const MIDDLE_GRAY: f32 = 0.18;

/// Linear RGBA, alpha straight, to 8-bit sRGB. What is no number counts as black, infinity as the largest value.
pub fn map(linear: &[[f32; 4]]) -> Vec<u8> {
    let mut luminances: Vec<f32> = linear.iter().map(|pixel| luminance(*pixel)).collect();
    let lit: Vec<f64> = luminances.iter().filter(|l| **l > 0.0).map(|l| f64::from(l.ln())).collect();
    let log_average = (lit.iter().sum::<f64>() / lit.len().max(1) as f64).exp() as f32;
    let exposure = if lit.is_empty() { 1.0 } else { MIDDLE_GRAY / log_average };
    let rank = (luminances.len().saturating_sub(1) as f64 * 0.999) as usize;
    let white =
        if luminances.is_empty() { 1.0 } else { *luminances.select_nth_unstable_by(rank, f32::total_cmp).1 };
    let white = (white * exposure).max(1.0);
    let mut rgba = Vec::with_capacity(linear.len() * 4);
    for &pixel in linear {
        let level = luminance(pixel) * exposure;
        let shown = level * (1.0 + level / (white * white)) / (1.0 + level);
        let scale = if level > 0.0 { exposure * shown / level } else { 0.0 };
        let [r, g, b, a] = pixel.map(finite);
        rgba.extend([r, g, b].map(|light| srgb_of_linear(light * scale)));
        rgba.push((a.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
    }
    rgba
}

/// Light that is no light counts as none; large numbers stay small enough to be squared.
fn finite(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0e9) }
}

/// By BT.709's weights.
fn luminance(pixel: [f32; 4]) -> f32 {
    let [r, g, b, _] = pixel.map(finite);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn srgb_of_linear(light: f32) -> u8 {
    let coded = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (coded * 255.0 + 0.5) as u8
}
