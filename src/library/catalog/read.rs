//! What a catalog tells of its pictures.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension as _, Row};

use super::super::{ContentHash, RowId};
use super::record::{Counts, HashedPicture, Known, LightEntry, PictureRecord, Swatches};
use super::rows::{content, details, format_of, hashes, known, members, path, swatches};
use super::{Catalog, CatalogError, RowSet, paths, row_id};

const KNOWN: &str = "SELECT path, id, size, modified, stage, reason, content, sidecar, missing FROM pictures";

const VISIBLE: &str = "missing = 0 AND stage <> 2";

impl Catalog {
    /// What is known of a path.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn by_path(&self, relative: &Path) -> Result<Option<Known>, CatalogError> {
        let path = paths::to_bytes(relative);
        self.read(|connection| {
            connection.query_row(&format!("{KNOWN} WHERE path = ?1"), [path], known).optional()
        })
    }

    /// What is known of all paths, failed and missing ones included.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn known(&self) -> Result<HashMap<PathBuf, Known>, CatalogError> {
        let all = self.rows(KNOWN, |row| Ok((path(row, 0)?, known(row)?)))?;
        Ok(all.into_iter().collect())
    }

    /// All rows, those of failed and missing files included.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn all_rows(&self) -> Result<RowSet, CatalogError> {
        let rows = self.rows("SELECT id FROM pictures", |row| row_id(row.get(0)?))?;
        Ok(rows.into_iter().collect())
    }

    /// Every picture that can be found, in the order of rows.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn entries(&self) -> Result<Vec<LightEntry>, CatalogError> {
        let sql = format!(
            "SELECT id, path, width, height, taken, size, rating, stage, content FROM pictures WHERE {VISIBLE}"
        );
        self.rows(&sql, |row| {
            Ok(LightEntry {
                row: row_id(row.get(0)?)?,
                relative: path(row, 1)?,
                width: row.get(2)?,
                height: row.get(3)?,
                taken_secs: row.get(4)?,
                size_bytes: row.get::<_, i64>(5)? as u64,
                rating: row.get(6)?,
                is_first_look: row.get::<_, i64>(7)? == 0,
                content: content(row, 8)?,
            })
        })
    }

    /// Everything about a picture; `None` when there is no such row.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn details(&self, row: RowId) -> Result<Option<PictureRecord>, CatalogError> {
        self.read(|connection| {
            // All tables as they were at one moment, while others write.
            let _moment = connection.unchecked_transaction()?;
            details(connection, row)
        })
    }

    /// What every picture that can be found is called by, in the order of rows: path, format, date, camera, places, tags,
    /// persons, and whether it has colour. The rest of the records is as if unknown.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn labels(&self) -> Result<Vec<(RowId, PictureRecord)>, CatalogError> {
        let sql = format!(
            "SELECT p.id, path, format, taken, camera, tags, people, city, state, country, location, monochrome
             FROM (SELECT * FROM pictures WHERE {VISIBLE}) p LEFT JOIN texts t ON t.id = p.id
             LEFT JOIN looks l ON l.id = p.id ORDER BY p.id"
        );
        let list = |row: &Row<'_>, column| {
            Ok::<_, rusqlite::Error>(
                row.get::<_, Option<String>>(column)?.as_deref().map_or_else(Vec::new, members),
            )
        };
        self.rows(&sql, |row| {
            let record = PictureRecord {
                relative: path(row, 1)?,
                format: row.get::<_, Option<String>>(2)?.and_then(|name| format_of(&name)),
                taken_wall_secs: row.get(3)?,
                camera: row.get(4)?,
                tags: list(row, 5)?,
                people: list(row, 6)?,
                city: row.get(7)?,
                state: row.get(8)?,
                country: row.get(9)?,
                location: row.get(10)?,
                is_monochrome: row.get(11)?,
                ..PictureRecord::default()
            };
            Ok((row_id(row.get(0)?)?, record))
        })
    }

    /// Hash of a picture's bytes, the key of its thumbnail; `None` before its full look.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn content(&self, row: RowId) -> Result<Option<ContentHash>, CatalogError> {
        let found = self.read(|connection| {
            let sql = "SELECT content FROM pictures WHERE id = ?1";
            connection.query_row(sql, [row.0], |row| content(row, 0)).optional()
        })?;
        Ok(found.flatten())
    }

    /// Pictures that have perceptual hashes, in the order of rows.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn hashes(&self) -> Result<Vec<HashedPicture>, CatalogError> {
        let sql = format!(
            "SELECT id, content, modified, hashes, sharpness, format, (taken IS NOT NULL) + (rating IS NOT NULL)
             + (latitude IS NOT NULL) + (coalesce(iso, f_number, exposure, focal) IS NOT NULL), reason IS NOT NULL
             FROM pictures JOIN looks USING (id)
             WHERE {VISIBLE} AND hashes IS NOT NULL ORDER BY id"
        );
        let pictures = self.rows(&sql, |row| {
            let Some(hashes) = hashes(row.get_ref(3)?.as_blob_or_null()?) else { return Ok(None) };
            Ok(Some(HashedPicture {
                row: row_id(row.get(0)?)?,
                content: content(row, 1)?,
                modified_ns: row.get(2)?,
                hashes,
                sharpness: row.get(4)?,
                format: row.get::<_, Option<String>>(5)?.and_then(|name| format_of(&name)),
                facts: row.get(6)?,
                is_damaged: row.get(7)?,
            }))
        })?;
        Ok(pictures.into_iter().flatten().collect())
    }

    /// Main colours of all pictures that have some, in the order of rows.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn swatches(&self) -> Result<Vec<(RowId, Swatches)>, CatalogError> {
        let sql = format!(
            "SELECT id, swatches FROM pictures JOIN looks USING (id)
             WHERE {VISIBLE} AND length(swatches) > 0 ORDER BY id"
        );
        self.rows(&sql, |row| Ok((row_id(row.get(0)?)?, swatches(row.get_ref(1)?.as_blob()?))))
    }

    /// Files that could not be read, and why; in the order of paths.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn failed(&self) -> Result<Vec<(PathBuf, String)>, CatalogError> {
        let sql =
            "SELECT path, coalesce(reason, '') FROM pictures WHERE stage = 2 AND missing = 0 ORDER BY path";
        self.rows(sql, |row| Ok((path(row, 0)?, row.get(1)?)))
    }

    /// Files that can be shown in part, and what is wrong with them; in the order of paths.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn damaged(&self) -> Result<Vec<(PathBuf, String)>, CatalogError> {
        let sql = "SELECT path, reason FROM pictures WHERE reason IS NOT NULL AND missing = 0 AND stage <> 2 ORDER BY path";
        self.rows(sql, |row| Ok((path(row, 0)?, row.get(1)?)))
    }

    /// How many files could not be read, or only in part.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn faulty_count(&self) -> Result<usize, CatalogError> {
        let sql = "SELECT count(*) FROM pictures WHERE reason IS NOT NULL AND missing = 0";
        self.read(|connection| connection.query_row(sql, (), |row| Ok(row.get::<_, i64>(0)? as usize)))
    }

    /// How many pictures there are.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn counts(&self) -> Result<Counts, CatalogError> {
        let sql = format!(
            "SELECT count(*) FILTER (WHERE {VISIBLE}), count(*) FILTER (WHERE {VISIBLE} AND stage = 0),
             count(*) FILTER (WHERE missing = 0 AND stage = 2), count(*) FILTER (WHERE missing <> 0),
             coalesce(sum(size) FILTER (WHERE {VISIBLE}), 0) FROM pictures"
        );
        self.read(|connection| {
            connection.query_row(&sql, (), |row| {
                let number = |column| row.get::<_, i64>(column).map(|number| number as usize);
                Ok(Counts {
                    pictures: number(0)?,
                    first_look: number(1)?,
                    failed: number(2)?,
                    missing: number(3)?,
                    bytes: row.get::<_, i64>(4)? as u64,
                })
            })
        })
    }

    pub(super) fn rows<T>(
        &self,
        sql: &str,
        each: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, CatalogError> {
        self.read(|connection| connection.prepare(sql)?.query_map((), each)?.collect())
    }
}
