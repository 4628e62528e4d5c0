//! The "palette" space: how much of which colour in the middle and around it. Turning or mirroring a picture changes
//! nothing here.
//!
//! Colours are shared out among five lightnesses, and at each one among grey and twelve hues of two strengths. The roots
//! of the shares make a vector of length one, so that a dot product is the Bhattacharyya coefficient of two pictures.

use super::canvas::Shade;

/// Steps of lightness.
const LIGHTS: usize = 5;
/// Steps of hue.
const HUES: usize = 12;
/// Chroma of the weaker and the stronger ring of hues; grey is at zero.
const RINGS: [f32; 2] = [0.06, 0.16];
/// Cells of one lightness: grey, the weaker ring, the stronger ring.
const PER_LIGHT: usize = 1 + 2 * HUES;
/// Cells of the middle, and of what is around it.
const PER_REGION: usize = LIGHTS * PER_LIGHT;
/// Numbers of a vector: the middle, then what is around it.
pub(super) const DIMENSIONS: usize = 2 * PER_REGION;

/// The vector of a picture. Without a visible pixel it is that of middle grey.
pub(super) fn vector(shades: &[Shade]) -> Vec<f32> {
    let mut cells = vec![0.0_f32; DIMENSIONS];
    let (centre, around) = cells.split_at_mut(PER_REGION);
    for Shade { color, share, share_in_centre, .. } in shades {
        let at = (color.l * LIGHTS as f32 - 0.5).clamp(0.0, (LIGHTS - 1) as f32);
        let light = at.floor();
        let shares = [(share_in_centre, &mut *centre), (&(share - share_in_centre), &mut *around)];
        for (share, cells) in shares {
            for (light, part) in [(light as usize, 1.0 - (at - light)), (light as usize + 1, at - light)] {
                let first = light * PER_LIGHT;
                let cells = cells.get_mut(first..first + PER_LIGHT).unwrap_or_default();
                add_hue(cells, color.a, color.b, share * part);
            }
        }
    }
    let total: f32 = cells.iter().sum();
    if total <= 0.0 {
        for region in cells.chunks_mut(PER_REGION) {
            if let Some(grey) = region.get_mut(LIGHTS / 2 * PER_LIGHT) {
                *grey = std::f32::consts::FRAC_1_SQRT_2;
            }
        }
        return cells;
    }
    cells.iter().map(|share| (share.max(0.0) / total).sqrt()).collect()
}

/// Shares a colour out among the cells of one lightness.
fn add_hue(cells: &mut [f32], a: f32, b: f32, share: f32) {
    let chroma = a.hypot(b);
    let [weak, strong] = RINGS;
    // Parts of grey, of the weaker ring and of the stronger one.
    let parts = if chroma < weak {
        let part = chroma / weak;
        [1.0 - part, part, 0.0]
    } else {
        let part = ((chroma - weak) / (strong - weak)).min(1.0);
        [0.0, 1.0 - part, part]
    };
    let [grey, rings @ ..] = parts;
    let at = (b.atan2(a) / std::f32::consts::TAU).rem_euclid(1.0) * HUES as f32;
    let (hue, part) = (at.floor() as usize % HUES, at - at.floor());
    let mut add = |cell: usize, share: f32| {
        if let Some(target) = cells.get_mut(cell) {
            *target += share;
        }
    };
    add(0, share * grey);
    for (ring, of_ring) in rings.into_iter().enumerate() {
        let first = 1 + ring * HUES;
        add(first + hue, share * of_ring * (1.0 - part));
        add(first + (hue + 1) % HUES, share * of_ring * part);
    }
}
