//! What a grid needs of every picture, in memory.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::library::{ContentHash, PictureId};

/// A picture in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which.
    pub id: PictureId,
    /// Below the library's root.
    pub relative: PathBuf,
    /// Pixels across, upright; zero while unknown.
    pub width: u32,
    /// Pixels down, upright; zero while unknown.
    pub height: u32,
    /// When it was taken, as seconds since 1970 of the clock on the wall there; the file's time is no substitute.
    pub taken_secs: Option<i64>,
    /// Size of the file.
    pub size_bytes: u64,
    /// Stars, 0 to 5.
    pub rating: Option<u8>,
    /// Whether only its embedded thumbnail was looked at so far.
    pub is_first_look: bool,
    /// Hash of the file's bytes: with another one the picture is another. Absent before the full look.
    pub content: Option<ContentHash>,
}

/// All pictures of the open libraries, as they were at one moment.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
    places: HashMap<PictureId, u32>,
}

impl Table {
    /// In the given order.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let places = entries.iter().enumerate().map(|(at, entry)| (entry.id, at as u32)).collect();
        Self { entries, places }
    }

    /// All of them.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: PictureId) -> Option<&Entry> {
        self.entries.get(*self.places.get(&id)? as usize)
    }
}
