//! Blobs: places that are brighter or darker than their surroundings, each at its own scale.
//!
//! Extrema over place and scale of differences of Gaussians (Lowe 2004), three scales per octave. They are found again
//! when a picture is scaled or compressed, which corners at one scale are not.

use super::luma::Plane;

/// A blob.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blob {
    /// Centre in pixels of the picture.
    pub x: f32,
    /// Centre in pixels of the picture.
    pub y: f32,
    /// Standard deviation of the Gaussian that fits it, in pixels of the picture.
    pub sigma: f32,
    /// How much it stands out.
    pub contrast: f32,
    /// Where it was found.
    pub octave: usize,
    /// Where it was found.
    pub layer: usize,
}

/// A picture at falling sharpness; each octave has half the pixels across of the one before.
pub(super) struct ScaleSpace {
    /// Per octave, planes blurred to `FINEST_SIGMA · 2^(layer / LAYERS)` of the octave's pixels.
    pub octaves: Vec<Vec<Plane>>,
}

/// Scales per octave.
const LAYERS: usize = 3;
/// Blur of an octave's first plane, in its pixels.
const FINEST_SIGMA: f32 = 1.2;
/// Blur that a picture is taken to have.
const OWN_SIGMA: f32 = 0.5;
/// Octaves end where the shorter side gets smaller than this.
const SMALLEST_SIDE: usize = 16;
/// Faintest blob, in grey levels.
const LEAST_CONTRAST: f32 = 0.8;
/// Faintest pixel that may be the top of such a blob.
const FAINTEST_PEAK: f32 = LEAST_CONTRAST * 0.8;
/// Longest to shortest curvature above which a blob is an edge that can slide along itself.
const MOST_ELONGATED: f32 = 10.0;

impl ScaleSpace {
    pub(super) fn new(plane: &Plane) -> Self {
        let mut octaves = Vec::new();
        let mut first = plane.blurred((FINEST_SIGMA * FINEST_SIGMA - OWN_SIGMA * OWN_SIGMA).sqrt());
        while first.width.min(first.height) >= SMALLEST_SIDE {
            let mut planes = vec![first.clone()];
            for layer in 1..LAYERS + 3 {
                let (before, after) = (layer_sigma(layer - 1), layer_sigma(layer));
                let step = (after * after - before * before).sqrt();
                let next = planes.last().map(|plane| plane.blurred(step));
                planes.extend(next);
            }
            let Some(next) = planes.get(LAYERS).map(Plane::halved) else { break };
            octaves.push(planes);
            first = next;
        }
        Self { octaves }
    }

    /// All blobs.
    pub(super) fn blobs(&self) -> Vec<Blob> {
        let mut blobs = Vec::new();
        for (octave, planes) in self.octaves.iter().enumerate() {
            let differences: Vec<Plane> = planes.windows(2).filter_map(difference).collect();
            for (layer, three) in (1..).zip(differences.windows(3)) {
                let [below, here, above] = three else { continue };
                for (row, y) in here.values.chunks(here.width.max(1)).zip(0_isize..) {
                    for (three, x) in row.windows(3).zip(1_isize..) {
                        let &[left, value, right] = three else { continue };
                        let is_peak = value.abs() >= FAINTEST_PEAK
                            && if value > 0.0 {
                                value > left && value > right
                            } else {
                                value < left && value < right
                            };
                        if is_peak && (1..here.height as isize - 1).contains(&y) {
                            blobs.extend(blob_at([below, here, above], x, y, octave, layer));
                        }
                    }
                }
            }
        }
        blobs
    }
}

/// Blur of a layer in its octave's pixels.
fn layer_sigma(layer: usize) -> f32 {
    FINEST_SIGMA * 2_f32.powf(layer as f32 / LAYERS as f32)
}

fn difference(pair: &[Plane]) -> Option<Plane> {
    let [sharper, softer] = pair else { return None };
    let values = softer.values.iter().zip(&sharper.values).map(|(a, b)| a - b).collect();
    Some(Plane { width: sharper.width, height: sharper.height, values })
}

/// The blob whose centre is nearest to a pixel, if it is an extremum.
fn blob_at(planes: [&Plane; 3], x: isize, y: isize, octave: usize, layer: usize) -> Option<Blob> {
    let [below, here, above] = planes;
    let value = here.at(x, y);
    let sign = value.signum();
    let is_top = |plane: &Plane, with_centre: bool| {
        (-1..=1).all(|down| {
            (-1..=1).all(|across| {
                (!with_centre && across == 0 && down == 0)
                    || sign * plane.at(x + across, y + down) < sign * value
            })
        })
    };
    if !(is_top(here, false) && is_top(below, true) && is_top(above, true)) {
        return None;
    }
    let across = (here.at(x + 1, y) - here.at(x - 1, y)) / 2.0;
    let down = (here.at(x, y + 1) - here.at(x, y - 1)) / 2.0;
    let through = (above.at(x, y) - below.at(x, y)) / 2.0;
    let curve_xx = here.at(x + 1, y) + here.at(x - 1, y) - 2.0 * value;
    let curve_yy = here.at(x, y + 1) + here.at(x, y - 1) - 2.0 * value;
    let curve_ss = above.at(x, y) + below.at(x, y) - 2.0 * value;
    let curve_xy =
        (here.at(x + 1, y + 1) + here.at(x - 1, y - 1) - here.at(x + 1, y - 1) - here.at(x - 1, y + 1)) / 4.0;
    let (trace, determinant) = (curve_xx + curve_yy, curve_xx * curve_yy - curve_xy * curve_xy);
    let limit = (MOST_ELONGATED + 1.0).powi(2) / MOST_ELONGATED;
    if determinant <= 0.0 || trace * trace / determinant >= limit {
        return None;
    }
    // Each axis alone: the mixed curvature of a round blob is small.
    let offset = |slope: f32, curve: f32| if curve == 0.0 { 0.0 } else { (-slope / curve).clamp(-0.6, 0.6) };
    let (dx, dy, ds) = (offset(across, curve_xx), offset(down, curve_yy), offset(through, curve_ss));
    let contrast = (value + 0.5 * (across * dx + down * dy + through * ds)).abs();
    if contrast < LEAST_CONTRAST {
        return None;
    }
    // Halving keeps the first of two columns, so positions only scale.
    let scale = 2_f32.powi(octave as i32);
    Some(Blob {
        x: (x as f32 + dx) * scale,
        y: (y as f32 + dy) * scale,
        sigma: FINEST_SIGMA * 2_f32.powf((layer as f32 + ds) / LAYERS as f32) * scale,
        contrast,
        octave,
        layer,
    })
}
