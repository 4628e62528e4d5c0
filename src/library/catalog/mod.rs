//! The catalog: everything Vitrine knows about the pictures of one library, in one SQLite file.
//!
//! A *row* is a picture at one path; its number is never given to another one. Pictures are *visible* unless they could
//! not be read or are marked as missing; lists, conditions and words only give visible ones.
//!
//! * One connection writes, others read beside it; any thread may use the catalog, and several processes the same file.
//! * The file is opened without being read through. Damage shows when the database stumbles over it: then every call
//!   gives [`CatalogError::Damaged`], a mark is left beside the file, and the next [`Catalog::open`] saves what can be
//!   read into a new file (see `salvage.rs`). [`Catalog::check`] looks for damage.
//! * Words and conditions ignore capitals and accents; `folding.rs` says how, `tokens.rs` what a word is.

mod connections;
mod error;
mod facets;
mod filter;
mod folding;
mod open;
mod paths;
mod read;
mod record;
mod row_set;
mod rows;
mod salvage;
mod schema;
mod settled;
mod tokens;
mod words;
mod write;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::RowId;

pub(in crate::library) use self::connections::Connections;
pub use self::error::CatalogError;
pub(in crate::library) use self::error::is_damage;
pub use self::record::{Counts, HashedPicture, Known, LightEntry, PictureRecord, Stage, Swatches};
pub use self::row_set::RowSet;
pub use self::words::WordTerm;

/// The open catalog of one library.
pub struct Catalog {
    connections: Connections,
    /// Left beside the file when damage is found.
    damage_mark: PathBuf,
    /// Held as long as the catalog is open: nobody repairs a file that others use.
    _in_use: Option<File>,
}

impl Catalog {
    /// Opens the catalog in `folder`, a folder of ours, or makes one. Gives what had to be repaired and what was lost, in
    /// words; usually nothing.
    ///
    /// # Errors
    /// [`CatalogError::Newer`], [`CatalogError::Foreign`] and [`CatalogError::InUse`], and what the system refuses.
    pub fn open(folder: &Path, root: &Path) -> Result<(Self, Vec<String>), CatalogError> {
        let mut opened = open::open(folder)?;
        let catalog = Self {
            connections: Connections::new(&opened.files.catalog, opened.writer),
            damage_mark: opened.files.damage_mark,
            _in_use: opened.in_use,
        };
        let before = catalog.root()?;
        if before.as_deref() != Some(root) {
            if let Some(before) = before {
                opened.notes.push(format!(
                    "the catalog was made for another folder and serves this one now: {}",
                    before.display()
                ));
            }
            catalog.set_meta("root", paths::to_bytes(root))?;
        }
        Ok((catalog, opened.notes))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.connections.path()
    }

    /// The user's folder that it is about.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn root(&self) -> Result<Option<PathBuf>, CatalogError> {
        let root: Option<Vec<u8>> = self.meta("root")?;
        Ok(root.map(|bytes| paths::from_bytes(&bytes)))
    }

    /// Reads the whole file and compares it with its indexes; takes long. Damage is also noted for the next opening.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`].
    pub fn check(&self) -> Result<(), CatalogError> {
        let verdict: String =
            self.read(|connection| connection.query_row("PRAGMA quick_check(1)", (), |row| row.get(0)))?;
        if verdict == "ok" {
            return Ok(());
        }
        log::error!("the catalog is damaged ({verdict}): {}", self.path().display());
        self.mark_damaged();
        Err(CatalogError::Damaged(self.path().to_owned()))
    }

    /// A number that is another one when somebody else has written to the file.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn others_version(&self) -> Result<i64, CatalogError> {
        let asked = |connection: &rusqlite::Connection| {
            connection.query_row("PRAGMA data_version", (), |row| row.get(0))
        };
        // Always the same connection: the number means something only there.
        asked(&self.connections.writer()).map_err(|error| self.fault(&error))
    }

    /// Notes that the library was indexed completely just now.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn set_indexed_now(&self) -> Result<(), CatalogError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64);
        self.set_meta("indexed", now)
    }

    /// When the library was indexed completely for the last time, in seconds since 1970, UTC.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn indexed_secs(&self) -> Result<Option<i64>, CatalogError> {
        self.meta("indexed")
    }

    fn meta<T: rusqlite::types::FromSql>(&self, key: &str) -> Result<Option<T>, CatalogError> {
        self.read(|connection| {
            connection.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
        })
    }

    fn set_meta(&self, key: &str, value: impl rusqlite::ToSql) -> Result<(), CatalogError> {
        self.write(|transaction| {
            transaction.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", params![key, value]).map(drop)
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, CatalogError> {
        self.connections.read(work).map_err(|error| self.fault(&error))
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, CatalogError> {
        self.connections.write(work).map_err(|error| self.fault(&error))
    }

    fn fault(&self, error: &rusqlite::Error) -> CatalogError {
        let fault = CatalogError::from_sqlite(error, self.path());
        if matches!(fault, CatalogError::Damaged(_)) {
            log::error!("the catalog is damaged ({error}): {}", self.path().display());
            self.mark_damaged();
        }
        fault
    }

    fn mark_damaged(&self) {
        if let Err(error) = File::create(&self.damage_mark) {
            log::warn!("the damage could not be noted ({error}): {}", self.damage_mark.display());
        }
    }
}

/// The number of a row as the program has it.
fn row_id(id: i64) -> rusqlite::Result<RowId> {
    u32::try_from(id).map(RowId).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, id))
}
