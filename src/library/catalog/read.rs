//! What a catalog tells of its pictures.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::super::{ContentHash, Format, RowId};
use super::record::{Counts, HashedPicture, Known, LightEntry, PictureRecord, Stage, Swatches};
use super::write::SWATCH_BYTES;
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

    /// Pictures with the same bytes, groups of two and more; groups and members in the order of rows.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn exact_groups(&self) -> Result<Vec<(ContentHash, Vec<RowId>)>, CatalogError> {
        // The inner question is answered by the index alone.
        let sql = format!(
            "SELECT content, id FROM pictures WHERE {VISIBLE} AND content IN (
                SELECT content FROM pictures WHERE content IS NOT NULL GROUP BY content HAVING count(*) > 1
             ) ORDER BY content, id"
        );
        let pictures = self.rows(&sql, |row| Ok((content(row, 0)?, row_id(row.get(1)?)?)))?;
        let mut groups: Vec<(ContentHash, Vec<RowId>)> = Vec::new();
        for (content, row) in pictures {
            let Some(content) = content else { continue };
            match groups.last_mut() {
                Some((last, rows)) if *last == content => rows.push(row),
                _ => groups.push((content, vec![row])),
            }
        }
        groups.retain(|(_, rows)| rows.len() > 1);
        groups.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(groups)
    }

    /// Pictures marked as missing with these bytes: a new file with them has been moved, not added.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn missing_with_content(&self, content: ContentHash) -> Result<Vec<RowId>, CatalogError> {
        self.read(|connection| {
            let sql = "SELECT id FROM pictures WHERE content = ?1 AND missing <> 0 ORDER BY id";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([content.0.as_slice()], |row| row_id(row.get(0)?))?;
            rows.collect()
        })
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

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known {
        row: row_id(row.get(1)?)?,
        size_bytes: row.get::<_, i64>(2)? as u64,
        modified_ns: row.get(3)?,
        stage: Stage::from_number(row.get(4)?, row.get(5)?),
        content: content(row, 6)?,
        sidecar_modified_ns: row.get(7)?,
        is_missing: row.get(8)?,
    })
}

fn path(row: &Row<'_>, column: usize) -> rusqlite::Result<PathBuf> {
    Ok(paths::from_bytes(row.get_ref(column)?.as_blob()?))
}

fn content(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<ContentHash>> {
    let bytes = row.get_ref(column)?.as_blob_or_null()?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map(ContentHash))
}

fn hashes(bytes: Option<&[u8]>) -> Option<[u64; 8]> {
    let mut hashes = [0; 8];
    let (chunks, rest) = bytes?.as_chunks::<8>();
    if chunks.len() != hashes.len() || !rest.is_empty() {
        return None;
    }
    for (hash, bytes) in hashes.iter_mut().zip(chunks) {
        *hash = u64::from_le_bytes(*bytes);
    }
    Some(hashes)
}

fn swatches(bytes: &[u8]) -> Swatches {
    let (chunks, _) = bytes.as_chunks::<SWATCH_BYTES>();
    chunks.iter().map(|[r, g, b, share @ ..]| ([*r, *g, *b], f32::from_le_bytes(*share))).collect()
}

fn members(lines: &str) -> Vec<String> {
    lines.split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Everything about a picture. What its other tables have lost is as if it were unknown.
pub(super) fn details(connection: &Connection, row: RowId) -> rusqlite::Result<Option<PictureRecord>> {
    let Some(mut record) = picture(connection, row)? else { return Ok(None) };
    add_texts(connection, row, &mut record)?;
    add_looks(connection, row, &mut record)?;
    add_fields(connection, row, &mut record)?;
    Ok(Some(record))
}

pub(super) fn picture(connection: &Connection, row: RowId) -> rusqlite::Result<Option<PictureRecord>> {
    let sql = "SELECT path, size, modified, stage, reason, width, height, taken, rating, content, sidecar, has_sidecar,
        format, has_alpha, frames, taken_offset, iso, f_number, exposure, focal, focal_35, latitude, longitude, altitude
        FROM pictures WHERE id = ?1";
    connection
        .query_row(sql, [row.0], |row| {
            let format: Option<String> = row.get(12)?;
            Ok(PictureRecord {
                relative: path(row, 0)?,
                size_bytes: row.get::<_, i64>(1)? as u64,
                modified_ns: row.get(2)?,
                stage: Stage::from_number(row.get(3)?, row.get(4)?),
                damage: if row.get::<_, i64>(3)? == Stage::FAILED { None } else { row.get(4)? },
                width: row.get(5)?,
                height: row.get(6)?,
                taken_wall_secs: row.get(7)?,
                rating: row.get(8)?,
                content: content(row, 9)?,
                sidecar_modified_ns: row.get(10)?,
                has_sidecar: row.get(11)?,
                format: format.and_then(|name| format_of(&name)),
                has_alpha: row.get(13)?,
                frames: row.get(14)?,
                taken_offset_minutes: row.get(15)?,
                iso: row.get(16)?,
                f_number: row.get(17)?,
                exposure_secs: row.get(18)?,
                focal_mm: row.get(19)?,
                focal_35mm: row.get(20)?,
                latitude_deg: row.get(21)?,
                longitude_deg: row.get(22)?,
                altitude_m: row.get(23)?,
                ..PictureRecord::default()
            })
        })
        .optional()
}

pub(super) fn add_texts(
    connection: &Connection,
    row: RowId,
    record: &mut PictureRecord,
) -> rusqlite::Result<Option<()>> {
    let sql = "SELECT camera, lens, creator, tags, people, city, state, country, location, color_label, title, caption
        FROM texts WHERE id = ?1";
    connection
        .query_row(sql, [row.0], |row| {
            record.camera = row.get(0)?;
            record.lens = row.get(1)?;
            record.creator = row.get(2)?;
            record.tags = members(&row.get::<_, String>(3)?);
            record.people = members(&row.get::<_, String>(4)?);
            record.city = row.get(5)?;
            record.state = row.get(6)?;
            record.country = row.get(7)?;
            record.location = row.get(8)?;
            record.color_label = row.get(9)?;
            record.title = row.get(10)?;
            record.caption = row.get(11)?;
            Ok(())
        })
        .optional()
}

pub(super) fn add_looks(
    connection: &Connection,
    row: RowId,
    record: &mut PictureRecord,
) -> rusqlite::Result<Option<()>> {
    let sql = "SELECT hashes, swatches, sharpness, brightness, contrast, saturation, monochrome FROM looks WHERE id = ?1";
    connection
        .query_row(sql, [row.0], |row| {
            record.hashes = hashes(row.get_ref(0)?.as_blob_or_null()?);
            record.swatches = swatches(row.get_ref(1)?.as_blob()?);
            record.sharpness = row.get(2)?;
            record.brightness = row.get(3)?;
            record.contrast = row.get(4)?;
            record.saturation = row.get(5)?;
            record.is_monochrome = row.get(6)?;
            Ok(())
        })
        .optional()
}

pub(super) fn add_fields(
    connection: &Connection,
    row: RowId,
    record: &mut PictureRecord,
) -> rusqlite::Result<Option<()>> {
    connection
        .query_row("SELECT search_text, fields FROM details WHERE id = ?1", [row.0], |row| {
            record.search_text = row.get(0)?;
            record.fields_json = unpacked(row.get_ref(1)?.as_blob()?)?;
            Ok(())
        })
        .optional()
}

/// Longer metadata than this are not written, so that a damaged length cannot ask for all memory.
const MOST_FIELD_BYTES: usize = 64 << 20;

pub(super) fn packed(fields: &str) -> rusqlite::Result<Vec<u8>> {
    let fields = if fields.len() > MOST_FIELD_BYTES { "" } else { fields };
    // Level 1: names of fields repeat, and more effort gains little.
    zstd::bulk::compress(fields.as_bytes(), 1)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn unpacked(bytes: &[u8]) -> rusqlite::Result<String> {
    let damage = |error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Blob, error)
    };
    let told = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().unwrap_or(0);
    let length = usize::try_from(told).unwrap_or(MOST_FIELD_BYTES).min(MOST_FIELD_BYTES);
    let fields = zstd::bulk::decompress(bytes, length).map_err(|error| damage(error.into()))?;
    String::from_utf8(fields).map_err(|error| damage(error.into()))
}

/// The format that has this name.
fn format_of(name: &str) -> Option<Format> {
    use super::super::format::RawFamily::{Arw, Cr2, Cr3, Dng, Nef, Orf, Other, Pef, Raf, Rw2};
    let raw = [Dng, Cr2, Cr3, Nef, Arw, Orf, Rw2, Raf, Pef, Other].map(Format::Raw);
    let others = [
        Format::Jpeg,
        Format::Png,
        Format::WebP,
        Format::Tiff,
        Format::Gif,
        Format::Bmp,
        Format::Qoi,
        Format::Tga,
        Format::Hdr,
        Format::Exr,
        Format::Heic,
        Format::Avif,
        Format::JpegXl,
    ];
    others.into_iter().chain(raw).find(|format| format.name() == name)
}
