//! Places in square cells: who is near, and what is under the pointer.

/// Places sorted by cell.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    origin: [f32; 2],
    cell: f32,
    columns: usize,
    rows: usize,
    /// Where each cell's members begin; one more than there are cells.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Grid {
    /// With about `in_cell` places in a cell. Places that are no numbers are left out.
    #[must_use]
    pub fn new(places: &[[f32; 2]], in_cell: usize) -> Self {
        let finite = || places.iter().filter(|place| place.iter().all(|axis| axis.is_finite()));
        let mut low = [f32::MAX; 2];
        let mut high = [f32::MIN; 2];
        for place in finite() {
            for ((low, high), axis) in low.iter_mut().zip(&mut high).zip(place) {
                *low = low.min(*axis);
                *high = high.max(*axis);
            }
        }
        let count = finite().count();
        if count == 0 {
            return Self::default();
        }
        let extent = [high[0] - low[0], high[1] - low[1]];
        let cells = (count / in_cell.max(1)).max(1) as f32;
        let longest = extent[0].max(extent[1]).max(1e-6);
        // Never more than about `cells` cells, even for places along a line.
        let cell = (extent[0] * extent[1] / cells).sqrt().max(longest / cells).max(longest / 4096.0);
        let columns = (extent[0] / cell) as usize + 1;
        let rows = (extent[1] / cell) as usize + 1;
        let mut grid = Self { origin: low, cell, columns, rows, starts: Vec::new(), members: Vec::new() };
        let mut in_cells: Vec<(usize, u32)> = (0_u32..)
            .zip(places)
            .filter(|(_, place)| place.iter().all(|axis| axis.is_finite()))
            .map(|(index, place)| (grid.cell_of(*place), index))
            .collect();
        in_cells.sort_unstable();
        grid.starts = vec![0; columns * rows + 1];
        for (cell, _) in &in_cells {
            if let Some(next) = grid.starts.get_mut(cell + 1) {
                *next += 1;
            }
        }
        let mut sum = 0;
        for start in &mut grid.starts {
            sum += *start;
            *start = sum;
        }
        grid.members = in_cells.into_iter().map(|(_, index)| index).collect();
        grid
    }

    fn column_and_row(&self, place: [f32; 2]) -> (isize, isize) {
        let along = |axis: usize| {
            let (from, at) = (self.origin.get(axis), place.get(axis));
            from.zip(at).map_or(0, |(from, at)| ((at - from) / self.cell).floor() as isize)
        };
        (along(0), along(1))
    }

    fn cell_of(&self, place: [f32; 2]) -> usize {
        let (column, row) = self.column_and_row(place);
        let column = column.clamp(0, self.columns as isize - 1) as usize;
        let row = row.clamp(0, self.rows as isize - 1) as usize;
        row * self.columns + column
    }

    fn members_of(&self, column: isize, row: isize) -> &[u32] {
        if column < 0 || row < 0 || column >= self.columns as isize || row >= self.rows as isize {
            return &[];
        }
        let cell = row as usize * self.columns + column as usize;
        let start = self.starts.get(cell).copied().unwrap_or_default() as usize;
        let end = self.starts.get(cell + 1).copied().unwrap_or_default() as usize;
        self.members.get(start..end).unwrap_or_default()
    }

    /// The members of all cells that a rectangle touches, in the order of cells.
    pub fn in_rectangle(&self, low: [f32; 2], high: [f32; 2]) -> impl Iterator<Item = u32> + '_ {
        let (from, to) = if self.members.is_empty() {
            ((0, 0), (-1, -1))
        } else {
            (self.column_and_row(low), self.column_and_row(high))
        };
        let columns = from.0.max(0)..=to.0.min(self.columns as isize - 1);
        let rows = from.1.max(0)..=to.1.min(self.rows as isize - 1);
        rows.flat_map(move |row| columns.clone().map(move |column| (column, row)))
            .flat_map(|(column, row)| self.members_of(column, row).iter().copied())
    }

    /// The nearest `count` others of a place, closest first, as (squared distance, index); `own` is left out.
    #[must_use]
    pub fn nearest(
        &self,
        places: &[[f32; 2]],
        place: [f32; 2],
        own: Option<u32>,
        count: usize,
    ) -> Vec<(f32, u32)> {
        let mut found: Vec<(f32, u32)> = Vec::new();
        if count == 0 {
            return found;
        }
        self.outwards(place, |closest, members| {
            // Nothing from here on is closer than this.
            if found.len() >= count && found.last().is_some_and(|(square, _)| *square <= closest * closest) {
                return false;
            }
            for index in members.iter().filter(|index| Some(**index) != own) {
                let Some(other) = places.get(*index as usize) else { continue };
                let square = (other[0] - place[0]).powi(2) + (other[1] - place[1]).powi(2);
                let key = (square, *index);
                if found.len() >= count && found.last().is_some_and(|last| *last <= key) {
                    continue;
                }
                found.insert(found.partition_point(|other| *other < key), key);
                found.truncate(count);
            }
            true
        });
        found
    }

    /// Goes through all cells in rings around a place until `look` says that it has enough. It gets the members of a cell
    /// and a distance that neither they nor any that follow are below.
    pub(super) fn outwards(&self, place: [f32; 2], mut look: impl FnMut(f32, &[u32]) -> bool) {
        if self.members.is_empty() {
            return;
        }
        let (column, row) = self.column_and_row(place);
        // Rings start where the grid does when the place lies outside it.
        let outside = |at: isize, end: usize| (-at).max(at - (end as isize - 1)).max(0);
        let first = outside(column, self.columns).max(outside(row, self.rows));
        let last = first + self.columns.max(self.rows) as isize;
        for ring in first..=last {
            let closest = (ring - 1).max(0) as f32 * self.cell;
            let mut go_on = true;
            let mut cell = |column: isize, row: isize| {
                let members = self.members_of(column, row);
                go_on = go_on && (members.is_empty() || look(closest, members));
            };
            if ring == 0 {
                cell(column, row);
            } else {
                for step in -ring..=ring {
                    cell(column + step, row - ring);
                    cell(column + step, row + ring);
                }
                for step in 1 - ring..ring {
                    cell(column - ring, row + step);
                    cell(column + ring, row + step);
                }
            }
            if !go_on {
                break;
            }
        }
    }
}
