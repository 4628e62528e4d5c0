//! A set of rows.

use super::super::RowId;

/// Rows in ascending order, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSet {
    rows: Vec<RowId>,
}

impl RowSet {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether a row is among them.
    #[must_use]
    pub fn contains(&self, row: RowId) -> bool {
        self.rows.binary_search(&row).is_ok()
    }

    /// In ascending order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = RowId> + '_ {
        self.rows.iter().copied()
    }

    /// In ascending order.
    #[must_use]
    pub fn as_slice(&self) -> &[RowId] {
        &self.rows
    }

    /// Those that are in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let (small, large) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        Self { rows: small.iter().filter(|row| large.contains(*row)).collect() }
    }

    /// Those that are not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self { rows: self.iter().filter(|row| !other.contains(*row)).collect() }
    }
}

impl FromIterator<RowId> for RowSet {
    fn from_iter<I: IntoIterator<Item = RowId>>(rows: I) -> Self {
        let mut rows: Vec<RowId> = rows.into_iter().collect();
        rows.sort_unstable();
        rows.dedup();
        Self { rows }
    }
}
