//! Single pictures: where they are, and their pixels.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Libraries, LibraryError, THUMBNAIL_SIDE};
use crate::library::decode::{self, ByteBudget};
use crate::library::index::{Budgets, IndexOptions};
use crate::library::read::{self, FileBytes, MAX_FILE_BYTES};
use crate::library::{ContentHash, PictureId, Pixels};

/// What decoding for the screen may take at once, all threads together.
const DECODE_BYTES: u64 = 1 << 30;

/// What files that wait to be decoded for the screen may take.
const FILE_BYTES: u64 = 256 << 20;

fn budgets() -> &'static Budgets {
    static BUDGETS: OnceLock<Budgets> = OnceLock::new();
    BUDGETS.get_or_init(|| Budgets {
        files: ByteBudget::with_lone(FILE_BYTES, MAX_FILE_BYTES),
        decode: ByteBudget::with_lone(DECODE_BYTES, IndexOptions::default().lone_decode_bytes),
    })
}

impl Libraries {
    /// Where a picture's file is. Never blocks for long.
    #[must_use]
    pub fn path(&self, id: PictureId) -> Option<PathBuf> {
        let library = self.library(id.library).ok()?;
        let view = library.view();
        Some(library.root.join(&view.entries.get(view.find(id)?)?.relative))
    }

    /// A small picture, [`THUMBNAIL_SIDE`] pixels on its longer side (less when the picture is smaller), from the disk or made
    /// now. Blocks.
    ///
    /// # Errors
    /// [`LibraryError::Picture`], with the reason.
    pub fn thumbnail(&self, id: PictureId) -> Result<Pixels, LibraryError> {
        let library = self.library(id.library)?;
        if let Some(content) = library.store.catalog.content(id.row)?
            && let Some(encoded) = library.store.thumbnails.get(&content)
            && let Ok(pixels) = decode::decode_thumbnail(&encoded)
        {
            return Ok(pixels);
        }
        let (file, name) = self.file(id)?;
        let pixels = decode_to(&file.bytes, &name, THUMBNAIL_SIDE)?;
        let small = decode::shrink(&pixels, THUMBNAIL_SIDE);
        let encoded = decode::encode_thumbnail(&small);
        library
            .store
            .thumbnails
            .put_many(std::iter::once((ContentHash::of(&file.bytes), encoded.as_slice())));
        Ok(small)
    }

    /// The picture itself, its longer side `longest_side` pixels or as long as it is. Blocks.
    ///
    /// # Errors
    /// [`LibraryError::Picture`], with the reason.
    pub fn load(&self, id: PictureId, longest_side: u32) -> Result<Pixels, LibraryError> {
        let (file, name) = self.file(id)?;
        Ok(decode::shrink(&decode_to(&file.bytes, &name, longest_side)?, longest_side))
    }

    fn file(&self, id: PictureId) -> Result<(FileBytes, PathBuf), LibraryError> {
        let gone = || LibraryError::Picture("the picture is not in the library any more".to_owned());
        let path = self.path(id).ok_or_else(gone)?;
        Ok((read_file(&path)?, path))
    }
}

fn read_file(path: &Path) -> Result<FileBytes, LibraryError> {
    let unreadable = |error| LibraryError::Picture(format!("cannot be read ({error}): {}", path.display()));
    read::whole(path, &budgets().files).map_err(unreadable)
}

/// A picture file from anywhere, such as one that is dropped on the search box. Blocks.
///
/// # Errors
/// [`LibraryError::Picture`], with the reason.
pub fn load_file(path: &Path, longest_side: u32) -> Result<Pixels, LibraryError> {
    let file = read_file(path)?;
    Ok(decode::shrink(&decode_to(&file.bytes, path, longest_side)?, longest_side))
}

fn decode_to(bytes: &[u8], path: &Path, longest_side: u32) -> Result<Pixels, LibraryError> {
    let name = path.file_name().unwrap_or_default();
    let decoded = decode::decode(bytes, name, Some(longest_side), &budgets().decode);
    decoded.map(|decoded| decoded.pixels).map_err(|error| LibraryError::Picture(error.to_string()))
}
