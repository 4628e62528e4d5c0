//! Putting pictures into a catalog, moving them and taking them out.

use std::borrow::Borrow;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Statement, Transaction, params};

use super::super::RowId;
use super::folding::fold;
use super::record::{PictureRecord, Stage};
use super::tokens::indexed;
use super::{Catalog, CatalogError, paths, rows};

/// Bytes of a swatch: red, green, blue, and its share as a little-endian number.
pub(super) const SWATCH_BYTES: usize = 7;

const PICTURE_COLUMNS: [&str; 25] = [
    "path",
    "size",
    "modified",
    "stage",
    "missing",
    "width",
    "height",
    "taken",
    "rating",
    "content",
    "sidecar",
    "has_sidecar",
    "format",
    "has_alpha",
    "frames",
    "taken_offset",
    "iso",
    "f_number",
    "exposure",
    "focal",
    "focal_35",
    "latitude",
    "longitude",
    "altitude",
    "reason",
];

impl Catalog {
    /// Writes pictures, all or none: a known path keeps its row and gets everything new, others get new rows. Gives the
    /// rows in the order of the records. Thousands are written in a second when there are many at a time.
    ///
    /// # Errors
    /// [`CatalogError`]; then nothing was written.
    pub fn upsert<R: Borrow<PictureRecord>>(&self, records: &[R]) -> Result<Vec<RowId>, CatalogError> {
        let rows = self.write(|transaction| {
            let mut writer = Writer::new(transaction)?;
            let mut rows = Vec::with_capacity(records.len());
            for record in records {
                match u32::try_from(writer.upsert(record.borrow(), None)?) {
                    Ok(row) => rows.push(RowId(row)),
                    // An error of the database takes the transaction back.
                    Err(_) => return Err(rusqlite::Error::StatementChangedRows(0)),
                }
            }
            Ok(rows)
        });
        match rows {
            Err(CatalogError::Database { .. }) if self.is_out_of_numbers() => {
                Err(CatalogError::TooMany(self.path().to_owned()))
            }
            rows => rows,
        }
    }

    fn is_out_of_numbers(&self) -> bool {
        let last = self.read(|connection| {
            connection.query_row("SELECT coalesce(max(seq), 0) FROM sqlite_sequence", (), |row| {
                row.get::<_, i64>(0)
            })
        });
        last.is_ok_and(|last| last >= i64::from(u32::MAX))
    }

    /// Gives a picture the path that its file has now; it keeps everything else, and is not missing any more. A picture
    /// marked as missing that had the path gives way.
    ///
    /// # Errors
    /// [`CatalogError::PathTaken`] when another picture has the path, and what else can go wrong.
    pub fn set_path(&self, row: RowId, relative: &Path, modified_ns: i64) -> Result<(), CatalogError> {
        let is_free = self.write(|transaction| {
            let path = paths::to_bytes(relative);
            let holder: Option<(i64, bool)> = transaction
                .query_row(
                    "SELECT id, missing FROM pictures WHERE path = ?1 AND id <> ?2",
                    params![path, row.0],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            match holder {
                Some((_, false)) => return Ok(false),
                Some((holder, true)) => remove(transaction, holder)?,
                None => {}
            }
            transaction.execute(
                "UPDATE pictures SET path = ?2, modified = ?3, missing = 0 WHERE id = ?1",
                params![row.0, path, modified_ns],
            )?;
            let (name, folder) = (paths::name(relative), paths::folder(relative));
            transaction.execute(
                "UPDATE texts SET name_f = ?2, folder = ?3, folder_f = ?4 WHERE id = ?1",
                params![row.0, fold(&name), folder, folded_folder(&folder)],
            )?;
            let text: Option<String> = transaction
                .query_row(
                    "SELECT search_text FROM details JOIN pictures USING (id) WHERE id = ?1 AND stage <> 2",
                    params![row.0],
                    |row| row.get(0),
                )
                .optional()?;
            transaction.execute("DELETE FROM words WHERE rowid = ?1", params![row.0])?;
            if let Some(text) = text {
                transaction.execute(
                    "INSERT INTO words (rowid, name, folder, text) VALUES (?1, ?2, ?3, ?4)",
                    params![row.0, indexed(&name), indexed(&folder), indexed(&text)],
                )?;
            }
            Ok(true)
        })?;
        if is_free { Ok(()) } else { Err(CatalogError::PathTaken(relative.to_owned())) }
    }

    /// Hides pictures whose files are not there now; they come back with [`Self::upsert`] or [`Self::set_path`].
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn mark_missing(&self, rows: &[RowId]) -> Result<(), CatalogError> {
        self.write(|transaction| {
            let mut statement = transaction.prepare("UPDATE pictures SET missing = 1 WHERE id = ?1")?;
            rows.iter().try_for_each(|row| statement.execute([row.0]).map(drop))
        })
    }

    /// Strikes pictures out. Their row numbers are never given again.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn remove(&self, rows: &[RowId]) -> Result<(), CatalogError> {
        self.write(|transaction| rows.iter().try_for_each(|row| remove(transaction, i64::from(row.0))))
    }
}

fn remove(transaction: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM words WHERE rowid = ?1", [id])?;
    // The other tables follow by their reference.
    transaction.execute("DELETE FROM pictures WHERE id = ?1", [id]).map(drop)
}

/// With a slash at both ends, so that `/2023/` is that folder and no other.
fn folded_folder(folder: &str) -> String {
    if folder.is_empty() { "/".to_owned() } else { format!("/{}/", fold(folder)) }
}

/// The statements of one transaction that writes pictures.
pub(super) struct Writer<'t> {
    find: Statement<'t>,
    insert: Statement<'t>,
    update: Statement<'t>,
    texts: Statement<'t>,
    looks: Statement<'t>,
    details: Statement<'t>,
    forget_words: Statement<'t>,
    words: Statement<'t>,
    transaction: &'t Transaction<'t>,
}

impl<'t> Writer<'t> {
    pub(super) fn new(transaction: &'t Transaction<'_>) -> rusqlite::Result<Self> {
        let columns = PICTURE_COLUMNS.join(", ");
        let marks = |from: usize| {
            let marks: Vec<String> = (from..from + PICTURE_COLUMNS.len()).map(|n| format!("?{n}")).collect();
            marks.join(", ")
        };
        Ok(Self {
            find: transaction.prepare(
                "SELECT id, stage, search_text FROM pictures LEFT JOIN details USING (id) WHERE path = ?1",
            )?,
            insert: transaction
                .prepare(&format!("INSERT INTO pictures (id, {columns}) VALUES (?1, {})", marks(2)))?,
            update: transaction
                .prepare(&format!("UPDATE pictures SET ({columns}) = ({}) WHERE id = ?1", marks(2)))?,
            texts: transaction.prepare(
                "INSERT OR REPLACE INTO texts
                 (id, name_f, folder, folder_f, camera, camera_f, lens, lens_f, creator, creator_f, tags, tags_f, people,
                  city, state, country, location, place_f, color_label, caption_f, title, caption)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            looks: transaction.prepare(
                "INSERT OR REPLACE INTO looks
                 (id, hashes, swatches, sharpness, brightness, contrast, saturation, monochrome)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            details: transaction
                .prepare("INSERT OR REPLACE INTO details (id, search_text, fields) VALUES (?, ?, ?)")?,
            forget_words: transaction.prepare("DELETE FROM words WHERE rowid = ?1")?,
            words: transaction
                .prepare("INSERT INTO words (rowid, name, folder, text) VALUES (?1, ?2, ?3, ?4)")?,
            transaction,
        })
    }

    /// Writes one picture; gives its number, which is `id` when that is given and the path is new.
    pub(super) fn upsert(&mut self, record: &PictureRecord, id: Option<u32>) -> rusqlite::Result<i64> {
        let path = paths::to_bytes(&record.relative);
        let known: Option<(i64, i64, Option<String>)> =
            self.find.query_row([&path], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let mut values = vec![known.as_ref().map(|known| known.0).or(id.map(i64::from)).into()];
        values.extend(picture_values(record, path));
        let values = rusqlite::params_from_iter(values);
        let id = if let Some((id, ..)) = &known {
            self.update.execute(values)?;
            *id
        } else {
            self.insert.execute(values)?;
            self.transaction.last_insert_rowid()
        };
        self.write_texts(id, record)?;
        self.write_looks(id, record)?;
        self.details.execute(params![id, record.search_text, rows::packed(&record.fields_json)?])?;

        let is_found = !matches!(record.stage, Stage::Failed(_));
        let was_found = known.as_ref().is_some_and(|(_, stage, _)| *stage != Stage::FAILED);
        let is_same_text = known.is_some_and(|(.., text)| text.as_ref() == Some(&record.search_text));
        // The index of words is the dearest part, and a full look seldom finds other words than the first.
        if is_found == was_found && (is_same_text || !is_found) {
            return Ok(id);
        }
        if was_found {
            self.forget_words.execute([id])?;
        }
        if is_found {
            let (name, folder) = (paths::name(&record.relative), paths::folder(&record.relative));
            self.words.execute(params![
                id,
                indexed(&name),
                indexed(&folder),
                indexed(&record.search_text)
            ])?;
        }
        Ok(id)
    }

    fn write_texts(&mut self, id: i64, record: &PictureRecord) -> rusqlite::Result<()> {
        let folder = paths::folder(&record.relative);
        let (tags, people) = (lines(&record.tags), lines(&record.people));
        let place = [&record.city, &record.state, &record.country, &record.location];
        let caption = [&record.title, &record.caption];
        let values = params![
            id,
            fold(&paths::name(&record.relative)),
            folder,
            folded_folder(&folder),
            record.camera,
            folded(record.camera.as_ref()),
            record.lens,
            folded(record.lens.as_ref()),
            record.creator,
            folded(record.creator.as_ref()),
            tags,
            folded_lines(tags.split('\n')),
            people,
            record.city,
            record.state,
            record.country,
            record.location,
            folded_lines(place.into_iter().flatten().map(String::as_str)),
            record.color_label,
            folded_lines(caption.into_iter().flatten().map(String::as_str)),
            record.title,
            record.caption,
        ];
        self.texts.execute(values).map(drop)
    }

    fn write_looks(&mut self, id: i64, record: &PictureRecord) -> rusqlite::Result<()> {
        let hashes: Option<Vec<u8>> =
            record.hashes.map(|hashes| hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect());
        let mut swatches = Vec::with_capacity(record.swatches.len() * SWATCH_BYTES);
        for (rgb, share) in &record.swatches {
            swatches.extend_from_slice(rgb);
            swatches.extend_from_slice(&share.to_le_bytes());
        }
        let values = params![
            id,
            hashes,
            swatches,
            record.sharpness,
            record.brightness,
            record.contrast,
            record.saturation,
            record.is_monochrome,
        ];
        self.looks.execute(values).map(drop)
    }
}

/// In the order of [`PICTURE_COLUMNS`].
fn picture_values(record: &PictureRecord, path: Vec<u8>) -> [Value; PICTURE_COLUMNS.len()] {
    let reason = match &record.stage {
        Stage::Failed(reason) => Some(reason.clone()),
        Stage::FirstLook | Stage::Full => record.damage.clone(),
    };
    [
        path.into(),
        (record.size_bytes as i64).into(),
        record.modified_ns.into(),
        record.stage.number().into(),
        false.into(),
        record.width.into(),
        record.height.into(),
        record.taken_wall_secs.into(),
        record.rating.into(),
        record.content.map(|content| content.0.to_vec()).into(),
        record.sidecar_modified_ns.into(),
        record.has_sidecar.into(),
        record.format.map(|format| format.name().to_owned()).into(),
        record.has_alpha.into(),
        record.frames.into(),
        record.taken_offset_minutes.into(),
        record.iso.into(),
        record.f_number.into(),
        record.exposure_secs.into(),
        record.focal_mm.into(),
        record.focal_35mm.into(),
        record.latitude_deg.into(),
        record.longitude_deg.into(),
        record.altitude_m.into(),
        reason.into(),
    ]
}

/// Members of a list in one text, a line each.
fn lines(members: &[String]) -> String {
    let one_line = |member: &String| member.replace(char::is_control, " ");
    let lines: Vec<String> =
        members.iter().map(one_line).filter(|member| !member.trim().is_empty()).collect();
    lines.join("\n")
}

fn folded(text: Option<&String>) -> String {
    text.map(|text| fold(text)).unwrap_or_default()
}

/// Each part folded, a line each: no text that is looked for has a line break, so none is found across two parts.
fn folded_lines<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let parts: Vec<String> = parts.map(fold).filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_in_words_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, _) = Catalog::open(folder.path(), Path::new("/pictures")).unwrap();
        let record = |n: u32| PictureRecord {
            relative: format!("{n}.jpg").into(),
            search_text: format!("word{n} ").repeat(50),
            ..PictureRecord::default()
        };
        let limit = |pages: i64| {
            let writer = catalog.connections.writer();
            writer.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
        };
        catalog.upsert(&[record(0)]).unwrap();
        limit(60);
        let many: Vec<_> = (1..2000).map(record).collect();
        let error = catalog.upsert(&many).unwrap_err();
        assert!(matches!(error, CatalogError::DiskFull(_)), "{error:?}");
        assert!(error.to_string().contains("disk is full"), "{error}");
        assert_eq!(catalog.entries().unwrap().len(), 1, "all or none");
        limit(1 << 30);
        assert_eq!(catalog.upsert(&many).unwrap().len(), 1999);
        catalog.check().unwrap();
    }

    #[test]
    fn numbers_come_to_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, _) = Catalog::open(folder.path(), Path::new("/pictures")).unwrap();
        let named = |name: &str| PictureRecord { relative: name.into(), ..PictureRecord::default() };
        catalog.upsert(&[named("a")]).unwrap();
        catalog
            .write(|transaction| transaction.execute("UPDATE sqlite_sequence SET seq = ?1", [u32::MAX]))
            .unwrap();
        let error = catalog.upsert(&[named("b")]).unwrap_err();
        assert!(matches!(error, CatalogError::TooMany(_)), "{error:?}");
        assert_eq!(catalog.upsert(&[named("a")]).unwrap(), [RowId(1)]);
    }
}
