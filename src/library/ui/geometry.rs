//! Where the cells of the grid are: rows of square cells, found by number or by place without walking over them.

use std::ops::Range;

use eframe::egui::{Rect, Vec2, pos2, vec2};

/// Square cells in rows, from the upper left. Lengths are in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cells {
    /// Cells in all.
    pub count: usize,
    /// Cells in a row, at least one.
    pub columns: usize,
    /// Side of a cell.
    pub side: f32,
    /// Room between cells, and around them.
    pub gap: f32,
}

/// A step with the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One to the left.
    Left,
    /// One to the right.
    Right,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// As many rows up.
    PageUp(usize),
    /// As many rows down.
    PageDown(usize),
    /// To the first.
    Home,
    /// To the last.
    End,
}

impl Cells {
    /// As many columns of about `side` as `width` has room for; the cells then take all of it.
    #[must_use]
    pub fn new(count: usize, width: f32, side: f32, gap: f32) -> Self {
        let columns = (((width - gap) / (side + gap)).floor() as usize).max(1);
        let side = ((width - gap) / columns as f32 - gap).max(8.0);
        Self { count, columns, side, gap }
    }

    /// Rows, the last one perhaps not full.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.count.div_ceil(self.columns)
    }

    /// Height of all rows.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.rows() as f32 * self.pitch() + self.gap
    }

    /// Distance from one row or column to the next.
    #[must_use]
    pub fn pitch(&self) -> f32 {
        self.side + self.gap
    }

    /// Where a cell is.
    #[must_use]
    pub fn rect(&self, index: usize) -> Rect {
        let (row, column) = (index / self.columns, index % self.columns);
        let corner = pos2(self.gap + column as f32 * self.pitch(), self.gap + row as f32 * self.pitch());
        Rect::from_min_size(corner, Vec2::splat(self.side))
    }

    /// The cells of all rows that a strip from `top` to `bottom` touches.
    #[must_use]
    pub fn within(&self, top: f32, bottom: f32) -> Range<usize> {
        let first = ((top - self.gap) / self.pitch()).floor().max(0.0) as usize;
        let end = ((bottom - self.gap) / self.pitch()).ceil().max(0.0) as usize;
        let first = (first * self.columns).min(self.count);
        first..(end * self.columns).clamp(first, self.count)
    }

    /// Cells that a rectangle touches.
    pub fn touched(&self, area: Rect) -> impl Iterator<Item = usize> + '_ {
        self.within(area.top(), area.bottom()).filter(move |index| self.rect(*index).intersects(area))
    }

    /// Where a step leads; it stays where it is at the ends.
    #[must_use]
    pub fn step(&self, from: Option<usize>, step: Step) -> Option<usize> {
        let last = self.count.checked_sub(1)?;
        let Some(from) = from.map(|from| from.min(last)) else {
            return Some(if step == Step::End { last } else { 0 });
        };
        let up = |rows: usize| {
            let rows = rows.min(from / self.columns);
            from - rows * self.columns
        };
        let down = |rows: usize| {
            let to = from + rows * self.columns;
            if to <= last {
                return to;
            }
            // The same column of the last row, or its end.
            let row = last / self.columns;
            if from / self.columns == row {
                from
            } else {
                (row * self.columns + from % self.columns).min(last)
            }
        };
        Some(match step {
            Step::Left => from.saturating_sub(1),
            Step::Right => (from + 1).min(last),
            Step::Up => up(1),
            Step::Down => down(1),
            Step::PageUp(rows) => up(rows.max(1)),
            Step::PageDown(rows) => down(rows.max(1)),
            Step::Home => 0,
            Step::End => last,
        })
    }
}

/// The largest rectangle with the proportions of `size` inside `cell`, centred; not larger than the picture itself at
/// `pixels_per_point`.
#[must_use]
pub fn fitted(cell: Rect, size: Vec2, pixels_per_point: f32) -> Rect {
    if size.x <= 0.0 || size.y <= 0.0 {
        return cell;
    }
    let scale = (cell.width() / size.x).min(cell.height() / size.y).min(1.0 / pixels_per_point.max(0.01));
    Rect::from_center_size(cell.center(), size * scale)
}

/// The part of a picture, in fractions, that fills a square.
#[must_use]
pub fn square_part(size: Vec2) -> Rect {
    if size.x <= 0.0 || size.y <= 0.0 {
        return Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    }
    let side = size.min_elem();
    Rect::from_center_size(pos2(0.5, 0.5), vec2(side / size.x, side / size.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_the_width() {
        let cells = Cells::new(100, 1000.0, 150.0, 10.0);
        assert_eq!((cells.columns, cells.rows()), (6, 17));
        assert!((cells.rect(5).right() - 990.0).abs() < 0.01);
        assert_eq!(Cells::new(3, 20.0, 150.0, 10.0).columns, 1, "narrower than one cell");
        assert_eq!(Cells::new(0, 500.0, 100.0, 5.0).rows(), 0);
    }

    #[test]
    fn steps_stay_within() {
        let cells = Cells { count: 10, columns: 4, side: 10.0, gap: 1.0 };
        let step = |from, step| cells.step(Some(from), step);
        assert_eq!(step(0, Step::Left), Some(0));
        assert_eq!(step(9, Step::Right), Some(9));
        assert_eq!(step(5, Step::Up), Some(1));
        assert_eq!(step(1, Step::Up), Some(1));
        assert_eq!(step(5, Step::Down), Some(9));
        assert_eq!(step(7, Step::Down), Some(9), "below it there is none: the last one");
        assert_eq!(step(9, Step::Down), Some(9));
        assert_eq!(step(1, Step::PageDown(50)), Some(9));
        assert_eq!(step(9, Step::PageUp(50)), Some(1));
        assert_eq!((step(5, Step::Home), step(5, Step::End)), (Some(0), Some(9)));
        assert_eq!(cells.step(None, Step::Down), Some(0));
        assert_eq!(Cells { count: 0, ..cells }.step(None, Step::Right), None);
    }

    #[test]
    fn pictures_keep_their_proportions() {
        let cell = Rect::from_min_size(pos2(10.0, 10.0), vec2(100.0, 100.0));
        assert_eq!(fitted(cell, vec2(200.0, 100.0), 1.0).size(), vec2(100.0, 50.0));
        assert_eq!(fitted(cell, vec2(20.0, 10.0), 1.0).size(), vec2(20.0, 10.0), "not enlarged");
        let part = square_part(vec2(200.0, 100.0));
        assert_eq!((part.left(), part.right(), part.height()), (0.25, 0.75, 1.0));
    }

    proptest::proptest! {
        #[test]
        fn a_cell_is_found_where_it_is(count in 1_usize..100_000, width in 60_f32..4000.0, side in 40_f32..400.0, at in 0.0..1.0_f64) {
            let cells = Cells::new(count, width, side, 6.0);
            let index = ((count - 1) as f64 * at) as usize;
            let rect = cells.rect(index);
            let inner = rect.shrink(0.25 * rect.width());
            proptest::prop_assert_eq!(cells.touched(inner).collect::<Vec<_>>(), vec![index]);
            proptest::prop_assert!(cells.within(rect.top(), rect.bottom()).contains(&index));
            proptest::prop_assert!(rect.bottom() <= cells.height());
            let shown = cells.within(rect.top(), rect.top() + 900.0).len();
            proptest::prop_assert!(shown as f32 <= (900.0 / cells.pitch() + 3.0) * cells.columns as f32);
        }
    }
}
