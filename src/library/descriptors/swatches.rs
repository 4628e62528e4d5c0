//! The few colours that a picture is mostly made of: k-means in OKLab from fixed beginnings.

use super::canvas::Shade;
use super::oklab::Oklab;

/// Most swatches of a picture.
const MOST: usize = 6;
/// Rounds of improvement. Later ones change a colour by less than one can see.
const ROUNDS: usize = 8;
/// Squared distance below which two swatches become one.
const TOO_NEAR: f32 = 0.05 * 0.05;
/// Smallest share that is told.
const LEAST_SHARE: f32 = 0.01;

/// A colour and its part of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swatch {
    /// sRGB.
    pub rgb: [u8; 3],
    /// Part of what is visible, 0 to 1. The shares of a picture sum to at most one.
    pub share: f32,
}

/// The main colours, largest first; none when nothing is visible.
pub(super) fn swatches(shades: &[Shade]) -> Vec<Swatch> {
    let shades = &coarser(shades);
    let mut centres = beginnings(shades);
    for _ in 0..ROUNDS {
        centres = improved(shades, &centres);
    }
    let mut centres = merged(improved(shades, &centres));
    centres.retain(|centre| centre.share >= LEAST_SHARE);
    centres.sort_by(|a, b| b.share.total_cmp(&a.share));
    centres
        .iter()
        .map(|centre| Swatch { rgb: centre.color.to_srgb(), share: centre.share.min(1.0) })
        .collect()
}

/// Shades with two by two by two bins taken together: a fifth as many, and no swatch moves by what one can see.
fn coarser(shades: &[Shade]) -> Vec<Shade> {
    let mut sums =
        vec![Shade { color: Oklab::default(), share: 0.0, share_in_centre: 0.0, bin: 0 }; 16 * 16 * 16];
    for Shade { color, share, bin, .. } in shades {
        let place = (bin >> 11) << 8 | (bin >> 6 & 15) << 4 | (bin >> 1 & 15);
        if let Some(sum) = sums.get_mut(usize::from(place)) {
            sum.color.l += color.l * share;
            sum.color.a += color.a * share;
            sum.color.b += color.b * share;
            sum.share += share;
            sum.bin = *bin;
        }
    }
    sums.retain(|sum| sum.share > 0.0);
    for Shade { color: Oklab { l, a, b }, share, .. } in &mut sums {
        (*l, *a, *b) = (*l / *share, *a / *share, *b / *share);
    }
    sums
}

/// The shade with the largest share, then always the one that is farthest from those taken, large shares first.
fn beginnings(shades: &[Shade]) -> Vec<Shade> {
    let mut nearest = vec![1.0_f32; shades.len()];
    let mut centres: Vec<Shade> = Vec::with_capacity(MOST);
    while centres.len() < MOST {
        let weight = |(shade, distance): &(&Shade, &f32)| shade.share * **distance;
        let next = shades.iter().zip(&nearest).max_by(|a, b| weight(a).total_cmp(&weight(b)));
        let Some((next, distance)) = next else { break };
        if *distance < TOO_NEAR {
            break;
        }
        let color = next.color;
        centres.push(*next);
        for (shade, distance) in shades.iter().zip(&mut nearest) {
            *distance = distance.min(shade.color.distance_squared(color));
        }
    }
    centres
}

/// Each centre moved to the mean of the shades nearest to it.
fn improved(shades: &[Shade], centres: &[Shade]) -> Vec<Shade> {
    let mut sums = vec![[0.0_f32; 4]; centres.len()];
    for Shade { color, share, .. } in shades {
        let distance = |centre: &Shade| centre.color.distance_squared(*color);
        let nearest = centres.iter().enumerate().min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
        let Some([light, red, yellow, total]) = nearest.and_then(|(at, _)| sums.get_mut(at)) else {
            continue;
        };
        *light += color.l * share;
        *red += color.a * share;
        *yellow += color.b * share;
        *total += share;
    }
    sums.iter()
        .filter(|[.., total]| *total > 0.0)
        .map(|[l, a, b, share]| {
            let color = Oklab { l: l / share, a: a / share, b: b / share };
            Shade { color, share: *share, share_in_centre: 0.0, bin: 0 }
        })
        .collect()
}

/// Centres that look alike become one.
fn merged(centres: Vec<Shade>) -> Vec<Shade> {
    let mut kept: Vec<Shade> = Vec::with_capacity(centres.len());
    for new in centres {
        let like = kept.iter_mut().find(|old| old.color.distance_squared(new.color) < TOO_NEAR);
        let Some(old) = like else {
            kept.push(new);
            continue;
        };
        let share = old.share + new.share;
        let mean = |old_value: f32, new_value: f32| (old_value * old.share + new_value * new.share) / share;
        let color = Oklab {
            l: mean(old.color.l, new.color.l),
            a: mean(old.color.a, new.color.a),
            b: mean(old.color.b, new.color.b),
        };
        *old = Shade { color, share, share_in_centre: 0.0, bin: 0 };
    }
    kept
}
