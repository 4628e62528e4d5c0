//! How far each word holds for a picture, from what was measured.

use super::super::canvas::Shade;
use super::super::light::Light;
use super::super::plane::{self, Plane, ramp};
use super::super::scales::{SIZES, Scale};
use super::colours::memberships;
use super::table::{COLOURS, DIMENSIONS};

/// Share of a picture at which a colour has reached most of its degree. At 30 % covered the degree is about 0.8.
const COVERED: f32 = 0.12;
/// Part of the degree that goes on growing with the share, so that pictures with much of a colour keep an order.
const STILL_GROWING: f32 = 0.2;

/// What the degrees are made from.
pub(in super::super) struct Measures<'a> {
    /// Colours with their shares.
    pub shades: &'a [Shade],
    /// Light and colour as a whole.
    pub light: &'a Light,
    /// Detail by size.
    pub scales: &'a [Scale; SIZES],
    /// 0 to 1.
    pub sharpness: f32,
}

/// One degree per concept, 0 to 1.
pub(in super::super) fn degrees(measures: &Measures) -> Vec<f32> {
    let mut degrees = Vec::with_capacity(DIMENSIONS);
    degrees.extend(colours(measures.shades));
    degrees.extend(tones(measures.light));
    degrees.extend(textures(measures));
    degrees
}

/// Grows with the covered share and saturates, so that a picture with much of a colour counts as one of it.
fn colours(shades: &[Shade]) -> [f32; COLOURS] {
    let mut shares = [0.0; COLOURS];
    for shade in shades {
        for (share, membership) in shares.iter_mut().zip(memberships(shade.bin)) {
            *share += membership * shade.share;
        }
    }
    shares.map(|share: f32| {
        let covers = 1.0 - (-share / COVERED).exp();
        ((1.0 - STILL_GROWING) * covers + STILL_GROWING * share).clamp(0.0, 1.0)
    })
}

/// In the order of the table.
fn tones(light: &Light) -> [f32; 12] {
    if !light.is_visible {
        return [0.0; 12];
    }
    let bw = ramp(light.neutral_share, 0.93, 0.995);
    // One hue, neither grey nor colourful, in more than one lightness.
    let is_brownish = ramp((light.hue_deg - 75.0).abs(), 35.0, 20.0);
    let sepia = ramp(light.hue_agreement, 0.975, 0.995)
        * is_brownish
        * ramp(light.chroma, 0.012, 0.025)
        * ramp(light.chroma, 0.13, 0.09)
        * ramp(light.deviation, 0.04, 0.1)
        * (1.0 - bw);
    [
        // dark, bright
        ramp(light.mean, 0.5, 0.25),
        ramp(light.mean, 0.65, 0.88),
        // moody: mostly dark, with something lit in it.
        ramp(light.dark_share, 0.45, 0.8) * ramp(light.brightest, 0.35, 0.65),
        // high-key: mostly light, hardly any shadow.
        ramp(light.bright_share, 0.45, 0.85) * ramp(light.dark_share, 0.25, 0.05),
        // contrasty, flat
        ramp(light.deviation, 0.2, 0.34),
        ramp(light.deviation, 0.15, 0.05),
        // muted, vivid
        ramp(light.chroma, 0.06, 0.025) * (1.0 - bw),
        ramp(light.chroma, 0.07, 0.15),
        // warm, cool
        ramp(light.warmth, 0.015, 0.07),
        ramp(light.warmth, -0.005, -0.05),
        bw,
        sepia,
    ]
}

/// In the order of the table.
fn textures(measures: &Measures) -> [f32; 7] {
    let scales = measures.scales;
    let [fine, middle, coarse, ..] = scales;
    let mut loudness = [0.0_f32; super::super::scales::GRID * super::super::scales::GRID];
    for scale in [fine, middle, coarse] {
        for (sum, part) in loudness.iter_mut().zip(scale.parts) {
            *sum += part;
        }
    }
    let share_of = |is_so: &dyn Fn(f32) -> bool| {
        loudness.iter().filter(|energy| is_so(energy.sqrt())).count() as f32 / loudness.len() as f32
    };
    let smooth = ramp(share_of(&|detail| detail < 0.02), 0.35, 0.9);
    let busy = ramp(share_of(&|detail| detail > 0.06), 0.35, 0.9);
    // Sharpness says nothing about a picture of one colour.
    let has_detail = scales.iter().map(|scale| scale.energy).sum::<f32>().sqrt() > 0.015;
    let (blurred, sharp) = if has_detail {
        (ramp(measures.sharpness, 0.3, 0.12), ramp(measures.sharpness, 0.4, 0.65))
    } else {
        (0.0, 0.0)
    };
    [smooth, busy, striped(scales), grain(&fine.luma), blurred, sharp, symmetric(&fine.luma)]
}

/// Most detail at one size, in one direction, over most of the picture.
fn striped(scales: &[Scale; SIZES]) -> f32 {
    let total: f32 = scales.iter().map(|scale| scale.energy).sum();
    scales
        .iter()
        .take(4)
        .map(|scale| {
            let limit = 0.25 * scale.energy;
            let covered = scale.parts.iter().filter(|part| **part > limit).count() as f32;
            ramp(scale.coherence, 0.5, 0.85)
                * ramp(covered / scale.parts.len() as f32, 0.5, 0.8)
                * ramp(scale.energy.sqrt(), 0.01, 0.03)
                * ramp(scale.energy / total.max(1e-9), 0.1, 0.3)
        })
        .fold(0.0, f32::max)
}

/// Noise in the quieter parts of a picture (Immerkær's estimate, 1996, in each of 8 × 8 parts; the quarter with the
/// least is left out as possibly empty, and the next one tells).
fn grain(luma: &Plane) -> f32 {
    const GRID: usize = 8;
    let mut parts = [(0.0_f32, 0.0_f32); GRID * GRID];
    let (columns, rows) = (plane::parts(luma.width(), GRID), plane::parts(luma.height(), GRID));
    luma.visit_neighbourhoods(|x, y, [[a, b, c], [d, e, f], [g, h, i]]| {
        let (Some(across), Some(down)) = (columns.get(x), rows.get(y)) else { return };
        if let Some((sum, count)) = parts.get_mut(down * GRID + across) {
            *sum += (a + c + g + i - 2.0 * (b + d + f + h) + 4.0 * e).abs();
            *count += 1.0;
        }
    });
    let scale = (std::f32::consts::PI / 2.0).sqrt() / 6.0 * 255.0;
    let mut noise: Vec<f32> =
        parts.iter().filter(|(_, count)| *count > 0.0).map(|(sum, count)| sum / count * scale).collect();
    noise.sort_unstable_by(f32::total_cmp);
    ramp(noise.get(noise.len() / 4).copied().unwrap_or_default(), 3.0, 9.0)
}

/// How much the left half is the mirrored right one, in what is not the same along every row.
fn symmetric(luma: &Plane) -> f32 {
    let (mut product, mut square) = (0.0, 0.0);
    for row in luma.rows() {
        let mean = row.iter().sum::<f32>() / row.len() as f32;
        for (left, right) in row.iter().zip(row.iter().rev()) {
            product += (left - mean) * (right - mean);
            square += (left - mean).powi(2);
        }
    }
    let deviation = (square / luma.values().len().max(1) as f32).sqrt();
    ramp(product / square.max(1e-9), 0.65, 0.92) * ramp(deviation, 0.01, 0.04)
}
