//! The rows of a space at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use half::f16;

use super::super::RowId;
use super::VectorError;
use super::mapping::Mapping;

/// Set in a place that is a row in memory; other places are bytes of the file.
const IN_MEMORY: u64 = 1 << 63;

/// A snapshot: ids in ascending order, each with its vector. It stays as it is whatever happens to the store, and may be
/// used by all threads. *Positions* are places in [`Rows::ids`].
#[derive(Debug, Default)]
pub struct Rows {
    dimensions: usize,
    ids: Vec<RowId>,
    places: Vec<u64>,
    map: Option<Arc<Mapping>>,
    memory: Vec<u16>,
}

impl Rows {
    /// Rows that are in no file. A later vector of the same row replaces the earlier one.
    ///
    /// # Errors
    /// [`VectorError::WrongLength`], [`VectorError::NotFinite`].
    pub fn in_memory<'a>(
        dimensions: usize,
        vectors: impl IntoIterator<Item = (RowId, &'a [f32])>,
    ) -> Result<Self, VectorError> {
        let mut pending = BTreeMap::new();
        for (row, vector) in vectors {
            pending.insert(row, Some(to_bits(vector, dimensions)?));
        }
        Ok(Self::merged(dimensions, &BTreeMap::new(), &pending, None))
    }

    /// Rows of a file and what changed since they were written: new vectors, and `None` for those struck out.
    pub(super) fn merged(
        dimensions: usize,
        live: &BTreeMap<RowId, u64>,
        pending: &BTreeMap<RowId, Option<Vec<u16>>>,
        map: Option<Arc<Mapping>>,
    ) -> Self {
        let mut rows = Self { dimensions, map, ..Self::default() };
        rows.ids.reserve(live.len() + pending.len());
        rows.places.reserve(live.len() + pending.len());
        let mut written = live.iter().peekable();
        for (id, vector) in pending {
            while let Some((id, place)) = written.next_if(|(written, _)| *written < id) {
                rows.push(*id, *place);
            }
            written.next_if(|(written, _)| *written == id);
            if let Some(vector) = vector {
                rows.push(*id, IN_MEMORY | rows.memory.len() as u64);
                rows.memory.extend_from_slice(vector);
            }
        }
        for (id, place) in written {
            rows.push(*id, *place);
        }
        rows
    }

    fn push(&mut self, id: RowId, place: u64) {
        self.ids.push(id);
        self.places.push(place);
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Numbers in a row.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// In ascending order.
    #[must_use]
    pub fn ids(&self) -> &[RowId] {
        &self.ids
    }

    /// Where a row is among [`Self::ids`].
    #[must_use]
    pub fn position(&self, row: RowId) -> Option<usize> {
        self.ids.binary_search(&row).ok()
    }

    /// A row's vector, as half precision kept it.
    #[must_use]
    pub fn get(&self, row: RowId) -> Option<Vec<f32>> {
        let bits = self.bits(self.position(row)?)?;
        Some(bits.iter().map(|bits| f16::from_bits(*bits).to_f32()).collect())
    }

    /// The vector at a position, as bits of half precision.
    #[must_use]
    pub fn bits(&self, position: usize) -> Option<&[u16]> {
        let place = *self.places.get(position)?;
        if place & IN_MEMORY != 0 {
            return self.memory.get((place & !IN_MEMORY) as usize..)?.get(..self.dimensions);
        }
        let bytes = self.map.as_ref()?.bytes().get(place as usize..)?.get(..2 * self.dimensions)?;
        bytemuck::try_cast_slice(bytes).ok()
    }
}

/// A vector as bits of half precision. Numbers below the smallest normal one, 2^-14, become zero: some processors take a
/// hundred times longer for them, and they are less than the rounding of their neighbours.
pub(super) fn to_bits(vector: &[f32], dimensions: usize) -> Result<Vec<u16>, VectorError> {
    if vector.len() != dimensions {
        return Err(VectorError::WrongLength { found: vector.len(), wanted: dimensions });
    }
    let bits = |number: &f32| {
        let half = f16::from_f32(*number);
        match half {
            half if !half.is_finite() => Err(VectorError::NotFinite(*number)),
            half if half.is_normal() => Ok(half.to_bits()),
            _ => Ok(0),
        }
    };
    vector.iter().map(bits).collect()
}
