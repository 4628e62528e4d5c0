//! The "layout" space: which colour is where, on a grid of 8 × 8.
//!
//! Each cell holds the mean of the picture around it, as OKLab, measured from a middle grey; colour counts more than
//! lightness. In front stands a constant. The whole is scaled to length one, so that a dot product compares two
//! pictures; dividing by the scaled constant gives the cells back. That is what a sketch uses: it knows only some cells,
//! and compares only those.

use super::super::session::{Sketch, SketchBlob};
use super::canvas::{Canvas, over_ground};
use super::oklab::Oklab;
use super::plane::{normalised, tents};

/// Cells on a side.
const GRID: usize = 8;
/// Numbers of a vector: the constant, then lightness of all cells, then the two colour axes.
pub(super) const DIMENSIONS: usize = 1 + 3 * GRID * GRID;
/// The constant in front, before scaling. Small against real pictures, but a plain grey one is nothing else.
const CONSTANT: f32 = 0.12;
/// Lightness that counts as middle.
const MIDDLE: f32 = 0.55;
/// Scale of the three axes: differences of lightness between pictures are several times those of colour.
const SCALES: [f32; 3] = [1.0, 2.5, 2.5];
/// Root mean square difference of painted cells at which a sketch's score has fallen to a half.
const HALF_DIFFERENCE: f32 = 0.2;

/// The vector of a picture.
pub(super) fn vector(canvas: &Canvas) -> Vec<f32> {
    let (width, height) = canvas.size();
    let columns: Vec<_> = (0..width).map(|x| tents(x, width, GRID)).collect();
    let mut cells = [[[0.0_f32; 4]; GRID]; GRID];
    for (y, row) in canvas.rows().enumerate() {
        let mut sums = [[0.0_f32; 4]; GRID];
        for (pixel, parts) in row.iter().zip(&columns) {
            let rgb = over_ground(*pixel).map(|value| value as f32);
            for (cell, part) in parts {
                add(sums.get_mut(*cell), [rgb[0], rgb[1], rgb[2], 1.0], *part);
            }
        }
        for (cell, part) in tents(y, height, GRID) {
            for (target, sum) in cells.get_mut(cell).into_iter().flatten().zip(sums) {
                add(Some(target), sum, part);
            }
        }
    }
    let colors = cells.as_flattened().iter().map(|[red, green, blue, weight]| {
        // A cell that no pixel reaches (of a picture with fewer pixels than cells) is like the ground.
        let mean = if *weight > 0.0 { [red, green, blue].map(|sum| sum / weight) } else { [128.0; 3] };
        Oklab::from_srgb_mean(mean)
    });
    let mut vector = vec![CONSTANT; DIMENSIONS];
    for (cell, color) in colors.enumerate() {
        for (axis, value) in cell_values(color).into_iter().enumerate() {
            if let Some(target) = vector.get_mut(place(cell, axis)) {
                *target = value;
            }
        }
    }
    normalised(vector)
}

/// Adds a part of four numbers.
fn add(target: Option<&mut [f32; 4]>, values: [f32; 4], part: f32) {
    for (target, value) in target.into_iter().flatten().zip(values) {
        *target += value * part;
    }
}

/// Where a cell's axis stands in a vector.
fn place(cell: usize, axis: usize) -> usize {
    1 + axis * GRID * GRID + cell
}

/// What a cell of this colour holds, before scaling to length one.
fn cell_values(color: Oklab) -> [f32; 3] {
    let [light, red, yellow] = SCALES;
    // Divided by the root of the number of cells, so that the length does not depend on the grid.
    [(color.l - MIDDLE) * light, color.a * red, color.b * yellow].map(|value| value / GRID as f32)
}

/// A question about some of the cells: the colours painted in a sketch.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutQuery {
    /// For each number of a layout vector, before scaling to length one.
    pub values: Vec<f32>,
    /// How much each counts; zero where nothing is painted.
    pub weights: Vec<f32>,
}

impl LayoutQuery {
    /// How well a picture fits, from its vector in the space "layout": 1 for the painted colours, falling to 0. Zero for a
    /// row that is none.
    #[must_use]
    pub fn score(&self, row: &[f32]) -> f32 {
        let Some(constant) = row.first().copied().filter(|constant| *constant > 0.0) else { return 0.0 };
        let scale = CONSTANT / constant;
        let (mut sum, mut total) = (0.0, 0.0);
        for ((stored, wanted), weight) in row.iter().zip(&self.values).zip(&self.weights) {
            sum += weight * (stored * scale - wanted).powi(2);
            total += weight;
        }
        // Three axes per painted cell share one weight; the cells' own scale is taken out again.
        let mean = 3.0 * sum / total * (GRID * GRID) as f32;
        if mean.is_finite() { 1.0 / (1.0 + mean / HALF_DIFFERENCE.powi(2)) } else { 0.0 }
    }
}

impl LayoutQuery {
    /// The same places, painted with what a picture has there; from its vector in the space "layout".
    #[must_use]
    pub fn painted_like(&self, row: &[f32]) -> Option<Self> {
        let constant = row.first().copied().filter(|constant| *constant > 0.0)?;
        let scale = CONSTANT / constant;
        Some(Self {
            values: row.iter().map(|stored| stored * scale).collect(),
            weights: self.weights.clone(),
        })
    }
}

/// The question that a sketch asks of the space "layout". The sketch is taken as square: its radii are fractions of the
/// width, and its sides are the picture's whatever that one's shape. Later blobs cover earlier ones. `None` when
/// nothing is painted inside.
#[must_use]
pub fn sketch_query(sketch: &Sketch) -> Option<LayoutQuery> {
    // Paint is looked at in 4 × 4 places per cell.
    const FINE: usize = 4 * GRID;
    let mut sums = [[0.0_f32; 4]; GRID * GRID];
    for y in 0..FINE {
        for x in 0..FINE {
            let at = |place: usize| (place as f32 + 0.5) / FINE as f32;
            let covers = |blob: &&SketchBlob| (blob.x - at(x)).hypot(blob.y - at(y)) <= blob.radius;
            let Some(blob) = sketch.blobs.iter().rev().find(covers) else { continue };
            let [light, red, yellow] = cell_values(Oklab::from_srgb(blob.rgb));
            add(sums.get_mut(y / 4 * GRID + x / 4), [light, red, yellow, 1.0], 1.0);
        }
    }
    let mut query = LayoutQuery { values: vec![0.0; DIMENSIONS], weights: vec![0.0; DIMENSIONS] };
    let mut is_painted = false;
    for (cell, [light, red, yellow, count]) in sums.into_iter().enumerate() {
        if count == 0.0 {
            continue;
        }
        is_painted = true;
        for (axis, sum) in [light, red, yellow].into_iter().enumerate() {
            let place = place(cell, axis);
            if let (Some(value), Some(weight)) = (query.values.get_mut(place), query.weights.get_mut(place)) {
                (*value, *weight) = (sum / count, count / 16.0);
            }
        }
    }
    is_painted.then_some(query)
}
