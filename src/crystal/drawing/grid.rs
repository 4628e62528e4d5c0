//! Boxes on the page, and a grid of squares that finds the ones near a place.

use glam::{DVec2, IVec2};

/// A box on the page, in points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub low: DVec2,
    pub high: DVec2,
}

impl Bounds {
    pub fn around(center: DVec2, reach: f64) -> Self {
        Self { low: center - reach, high: center + reach }
    }

    pub fn of(points: &[DVec2]) -> Self {
        let nothing = (DVec2::INFINITY, DVec2::NEG_INFINITY);
        let (low, high) = points.iter().fold(nothing, |(low, high), p| (low.min(*p), high.max(*p)));
        Self { low, high }
    }

    pub fn with(&self, other: &Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    pub fn grown(&self, by: f64) -> Self {
        Self { low: self.low - by, high: self.high + by }
    }

    pub fn meets(&self, other: &Self) -> bool {
        self.low.cmple(other.high).all() && other.low.cmple(self.high).all()
    }

    pub fn is_within(&self, other: &Self) -> bool {
        self.low.cmpge(other.low).all() && self.high.cmple(other.high).all()
    }
}

/// Numbered boxes in the squares of a grid that they touch.
#[derive(Debug)]
pub(super) struct Grid {
    low: DVec2,
    side: f64,
    columns: i32,
    rows: i32,
    /// For every square, row by row, the numbers of its boxes, rising.
    squares: Vec<Vec<u32>>,
    boxes: Vec<Bounds>,
}

impl Grid {
    pub fn new(boxes: &[Bounds]) -> Self {
        let nothing = Bounds { low: DVec2::INFINITY, high: DVec2::NEG_INFINITY };
        let all = boxes.iter().fold(nothing, |all, one| all.with(one));
        let extent = if boxes.is_empty() { DVec2::ONE } else { (all.high - all.low).max(DVec2::splat(1e-3)) };
        let mean = boxes.iter().map(|one| (one.high - one.low).max_element()).sum::<f64>()
            / boxes.len().max(1) as f64;
        // Squares about as large as the boxes, and never many more of them than boxes.
        let fewest = (extent.x * extent.y / (4.0 * boxes.len() as f64 + 16.0)).sqrt();
        let side = mean.max(fewest).max(extent.max_element() / 1000.0);
        let columns = (extent.x / side).ceil().max(1.0) as i32;
        let rows = (extent.y / side).ceil().max(1.0) as i32;
        let low = if boxes.is_empty() { DVec2::ZERO } else { all.low };
        let squares = vec![Vec::new(); (columns * rows) as usize];
        let mut grid = Self { low, side, columns, rows, squares, boxes: boxes.to_vec() };
        for (one, number) in boxes.iter().zip(0..) {
            let (first, last) = grid.span(one);
            for row in first.y..=last.y {
                for column in first.x..=last.x {
                    if let Some(square) = grid.squares.get_mut((row * columns + column) as usize) {
                        square.push(number);
                    }
                }
            }
        }
        grid
    }

    fn span(&self, one: &Bounds) -> (IVec2, IVec2) {
        let last = IVec2::new(self.columns - 1, self.rows - 1);
        let square = |at: DVec2| ((at - self.low) / self.side).floor().as_ivec2().clamp(IVec2::ZERO, last);
        (square(one.low), square(one.high))
    }

    /// Numbers of the boxes that a box meets, rising.
    pub fn find(&self, one: Bounds, found: &mut Vec<u32>) {
        found.clear();
        let (first, last) = self.span(&one);
        for row in first.y..=last.y {
            for column in first.x..=last.x {
                let square = self.squares.get((row * self.columns + column) as usize);
                let meets = |number: &&u32| self.boxes.get(**number as usize).is_some_and(|b| b.meets(&one));
                found.extend(square.into_iter().flatten().filter(meets));
            }
        }
        found.sort_unstable();
        found.dedup();
    }
}
