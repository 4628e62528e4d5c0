//! What can be found, as it was at one moment: plain arrays that a search runs over.

use std::sync::{Arc, OnceLock};

use super::table::Entry;
use crate::library::descriptors::BUILT_IN;
use crate::library::store::{LibraryStore, StoreError};
use crate::library::vectors::Rows;
use crate::library::{PictureId, RowId};

/// One library at one moment.
#[derive(Debug)]
pub struct LibraryView {
    /// Number of the library.
    pub number: u32,
    /// Its pictures, in the order of their rows.
    pub entries: Vec<Entry>,
    /// Files that could not be read, or only in part.
    pub failed: usize,
    /// Pictures that were only looked at quickly.
    pub unread: usize,
    /// For each space of [`BUILT_IN`].
    pub spaces: Vec<SpaceView>,
    name_ranks: OnceLock<Vec<u32>>,
}

/// The vectors of one space, with their pictures.
#[derive(Debug)]
pub struct SpaceView {
    /// The vectors.
    pub rows: Arc<Rows>,
    /// For each of them, the place of its picture among the entries; [`NOWHERE`] when it has none.
    pub place: Vec<u32>,
}

/// No place among the entries.
pub const NOWHERE: u32 = u32::MAX;

impl LibraryView {
    /// What the store holds now.
    ///
    /// # Errors
    /// [`StoreError`] when the catalog cannot be read.
    pub fn read(number: u32, store: &LibraryStore) -> Result<Self, StoreError> {
        let entries = store.entries(number)?;
        let place_of_row = places(&entries);
        let spaces = store.rows().into_iter().map(|rows| {
            let place = rows.ids().iter().map(|row| place_of(&place_of_row, *row)).collect();
            SpaceView { rows, place }
        });
        let spaces: Vec<SpaceView> = spaces.collect();
        debug_assert_eq!(spaces.len(), BUILT_IN.len(), "one view for each space");
        let failed = store.catalog.faulty_count()?;
        let unread = entries.iter().filter(|entry| entry.is_first_look).count();
        Ok(Self { number, entries, failed, unread, spaces, name_ranks: OnceLock::new() })
    }

    /// For each entry its place in the order of names; sorted when first asked for.
    pub fn name_ranks(&self) -> &[u32] {
        self.name_ranks.get_or_init(|| super::answer::name_ranks(&self.entries))
    }

    /// The place of a picture among the entries.
    #[must_use]
    pub fn find(&self, id: PictureId) -> Option<usize> {
        if id.library != self.number {
            return None;
        }
        self.entries.binary_search_by_key(&id.row, |entry| entry.id.row).ok()
    }
}

/// The place of each row, by its number.
fn places(entries: &[Entry]) -> Vec<u32> {
    let last = entries.last().map_or(0, |entry| entry.id.row.0 as usize + 1);
    let mut places = vec![NOWHERE; last];
    for (place, entry) in entries.iter().enumerate() {
        if let Some(slot) = places.get_mut(entry.id.row.0 as usize) {
            *slot = place as u32;
        }
    }
    places
}

fn place_of(places: &[u32], row: RowId) -> u32 {
    places.get(row.0 as usize).copied().unwrap_or(NOWHERE)
}
