//! Saving what can be read of a damaged catalog.
//!
//! Every picture whose row can be read goes into a new file under its old number. A part of it that cannot be read (its
//! texts, say) is left open, and the picture gets another full look. The damaged file is kept aside. The steps are such
//! that a crash between any two of them loses nothing: the new file gets its final name last.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::super::RowId;
use super::connections::Connections;
use super::open::Files;
use super::record::Stage;
use super::write::Writer;
use super::{CatalogError, PictureRecord, rows, schema};

/// A damaged stretch is probed row by row; a file that is all damage shall not take minutes.
const MOST_PROBES: usize = 200_000;

/// Pictures written in one transaction.
const BATCH: usize = 1000;

/// When the last number given cannot be read, new pictures begin so many later: their vectors, kept elsewhere, must not be
/// taken for those of pictures that were lost.
const GAP: u32 = 1_000_000;

/// What was saved and lost.
#[derive(Debug, Default)]
struct Tally {
    saved: usize,
    /// Of those, pictures that lack something and get another full look.
    incomplete: usize,
    /// Pictures that are known to have been there.
    expected: Option<usize>,
    /// Settled groups and settings that could not be read.
    has_lost_decisions: bool,
}

/// Repairs the catalog; gives what was done, in words. Nobody else may have it open.
pub(super) fn repair(files: &Files) -> Result<Vec<String>, CatalogError> {
    let mut notes = Vec::new();
    if files.catalog.exists() {
        let tally = build(files)?;
        rename(&files.building, &files.repaired)?;
        let bad = aside(&files.catalog)?;
        notes.push(tally.in_words(&bad));
    } else {
        notes.push("an earlier repair of the catalog was cut short and is finished now".to_owned());
    }
    rename(&files.repaired, &files.catalog)?;
    fs::remove_file(&files.damage_mark).ok();
    Ok(notes)
}

impl Tally {
    fn in_words(&self, bad: &Path) -> String {
        let lost = match self.expected.map(|expected| expected.saturating_sub(self.saved)) {
            Some(0) => "none was lost".to_owned(),
            Some(lost) => format!("{lost} were lost and are indexed again"),
            None => "an unknown number was lost and is indexed again".to_owned(),
        };
        let mut sentences =
            vec![format!("the catalog was damaged: {} pictures were saved, {lost}", self.saved)];
        if self.incomplete > 0 {
            sentences.push(format!("{} of those saved are looked at again", self.incomplete));
        }
        if self.has_lost_decisions {
            sentences.push("some decisions about duplicates were lost".to_owned());
        }
        sentences.push(format!("the damaged file is kept as {}", bad.display()));
        sentences.join("; ")
    }
}

/// Writes what can be read into a new file.
fn build(files: &Files) -> Result<Tally, CatalogError> {
    for suffix in ["", "-wal", "-shm"] {
        fs::remove_file(beside(&files.building, suffix)).ok();
    }
    let fault = |error: rusqlite::Error| CatalogError::from_sqlite(&error, &files.building);
    let mut target = Connections::open_writer(&files.building).map_err(fault)?;
    schema::migrate(&mut target, schema::STEPS).map_err(fault)?;
    let length = fs::metadata(&files.catalog).map_or(0, |metadata| metadata.len());
    let mut tally = Tally::default();
    match open_damaged(&files.catalog) {
        Ok(source) => copy(&source, &mut target, length, &mut tally).map_err(fault)?,
        Err(error) => {
            log::error!("nothing of the catalog can be read ({error}): {}", files.catalog.display());
            tally.has_lost_decisions = true;
            set_last_number(&target, GAP.max((length / 64).min(u64::from(u32::MAX / 2)) as u32))
                .map_err(fault)?;
        }
    }
    // Without a log beside it the file can be renamed.
    target.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).map_err(fault)?;
    target.close().map_err(|(_, error)| fault(error))?;
    Ok(tally)
}

fn open_damaged(path: &Path) -> rusqlite::Result<Connection> {
    let source = Connection::open(path)?;
    // Without this a single wrong entry among the tables' definitions makes all of them unreadable.
    source.execute_batch("PRAGMA writable_schema = ON; PRAGMA cell_size_check = ON;")?;
    source.query_row("SELECT count(*) FROM sqlite_schema", (), |_| Ok(()))?;
    Ok(source)
}

fn copy(
    source: &Connection,
    target: &mut Connection,
    length: u64,
    tally: &mut Tally,
) -> rusqlite::Result<()> {
    let number = |sql: &str| source.query_row(sql, (), |row| row.get::<_, i64>(0)).ok();
    tally.expected = number("SELECT count(*) FROM pictures NOT INDEXED")
        .or_else(|| number("SELECT count(*) FROM pictures INDEXED BY sqlite_autoindex_pictures_1"))
        .or_else(|| number("SELECT count(*) FROM texts"))
        .and_then(|count| usize::try_from(count).ok());
    let last_given = number("SELECT seq FROM sqlite_sequence WHERE name = 'pictures'");
    let largest = ["pictures", "texts", "looks", "details"]
        .into_iter()
        .filter_map(|table| number(&format!("SELECT max(id) FROM {table}")))
        .chain(last_given)
        .filter_map(|id| u32::try_from(id).ok())
        .max();
    // A row takes more bytes than these.
    let bound = (length / 32).min(u64::from(u32::MAX / 2)) as u32;
    let ids = readable_ids(source, largest.unwrap_or(bound).min(u32::MAX - 1));
    for batch in ids.chunks(BATCH) {
        let transaction = target.transaction()?;
        let mut writer = Writer::new(&transaction)?;
        let mut hide = transaction.prepare("UPDATE pictures SET missing = 1 WHERE id = ?1")?;
        for id in batch {
            let Some((record, is_complete, is_missing)) = rescued(source, RowId(*id)) else { continue };
            let written = writer.upsert(&record, Some(*id))?;
            // The path of an earlier row: one of the two was damage.
            if written != i64::from(*id) {
                continue;
            }
            if is_missing {
                hide.execute([*id])?;
            }
            tally.saved += 1;
            tally.incomplete += usize::from(!is_complete);
        }
        drop((writer, hide));
        transaction.commit()?;
    }
    let last_saved = ids.last().copied().unwrap_or(0);
    let last_given = last_given.and_then(|last| u32::try_from(last).ok()).filter(|last| *last >= last_saved);
    set_last_number(target, last_given.unwrap_or_else(|| largest.unwrap_or(bound).saturating_add(GAP)))?;
    tally.has_lost_decisions = !copy_decisions(source, target)?;
    Ok(())
}

/// Numbers of rows that can be reached. A stretch that cannot is halved until what is whole in it is found.
fn readable_ids(source: &Connection, largest: u32) -> Vec<u32> {
    let mut ids = Vec::new();
    let mut stretches = vec![(0_u32, largest)];
    let mut probes = 0;
    while let Some((from, to)) = stretches.pop() {
        probes += 1;
        let before = ids.len();
        if read_ids(source, from, to, &mut ids).is_ok() || probes > MOST_PROBES {
            continue;
        }
        // The rows come in order, so that the rest begins after the last one; whatever a damaged page claimed.
        let next = match ids.get(before..).and_then(<[u32]>::last) {
            Some(last) => last.saturating_add(1),
            None if from == to => continue,
            None => from,
        };
        if next <= to {
            let middle = next + (to - next) / 2;
            if middle < to {
                stretches.push((middle + 1, to));
            }
            stretches.push((next, middle));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn read_ids(source: &Connection, from: u32, to: u32, ids: &mut Vec<u32>) -> rusqlite::Result<()> {
    let sql = "SELECT id FROM pictures NOT INDEXED WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
    let mut statement = source.prepare(sql)?;
    let mut rows = statement.query(params![from, to])?;
    while let Some(row) = rows.next()? {
        ids.push(row.get(0)?);
    }
    Ok(())
}

/// A picture as far as it can be read, whether that is all of it, and whether it is marked as missing.
fn rescued(source: &Connection, row: RowId) -> Option<(PictureRecord, bool, bool)> {
    let mut record = rows::picture(source, row).ok()??;
    let is_missing = source
        .query_row("SELECT missing FROM pictures WHERE id = ?1", [row.0], |row| row.get(0))
        .unwrap_or(false);
    let parts = [
        rows::add_texts(source, row, &mut record),
        rows::add_looks(source, row, &mut record),
        rows::add_fields(source, row, &mut record),
    ];
    let is_complete = parts.iter().all(|part| matches!(part, Ok(Some(()))));
    if !is_complete && record.stage == Stage::Full {
        record.stage = Stage::FirstLook;
    }
    Some((record, is_complete, is_missing))
}

fn set_last_number(target: &Connection, last: u32) -> rusqlite::Result<()> {
    target.execute("DELETE FROM sqlite_sequence WHERE name = 'pictures'", ())?;
    target.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('pictures', ?1)", [last]).map(drop)
}

/// Settled groups and settings; whether all could be read.
fn copy_decisions(source: &Connection, target: &mut Connection) -> rusqlite::Result<bool> {
    let tables =
        [("meta", "key, value"), ("settled_groups", "id, members"), ("settled_members", "content, settled")];
    let transaction = target.transaction()?;
    let mut has_all = true;
    for (table, columns) in tables {
        let count = columns.split(',').count();
        let marks = vec!["?"; count].join(", ");
        let mut insert =
            transaction.prepare(&format!("INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"))?;
        // Once forwards and, when that comes to a damaged page, once from the other end.
        for order in ["ASC", "DESC"] {
            let rows = source.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1 {order}"));
            let copied = rows.and_then(|mut statement| {
                let mut rows = statement.query(())?;
                while let Some(row) = rows.next()? {
                    let values = (0..count).map(|at| row.get::<_, rusqlite::types::Value>(at));
                    let values: Vec<_> = values.collect::<rusqlite::Result<_>>()?;
                    // A member whose group is lost is refused by its reference.
                    insert.execute(rusqlite::params_from_iter(values)).ok();
                }
                Ok(())
            });
            match copied {
                Ok(()) => break,
                Err(error) => {
                    has_all = false;
                    log::warn!("{table} of the damaged catalog cannot be read completely ({error})");
                }
            }
        }
    }
    transaction.commit()?;
    Ok(has_all)
}

/// Puts the damaged file and its log aside, under a name that is free.
fn aside(catalog: &Path) -> Result<PathBuf, CatalogError> {
    let names = (1..100).map(|number| match number {
        1 => catalog.with_extension("bad"),
        number => catalog.with_extension(format!("bad{number}")),
    });
    let bad = names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| catalog.with_extension("bad"));
    for suffix in ["-wal", "-shm"] {
        let (from, to) = (beside(catalog, suffix), beside(&bad, suffix));
        if from.exists() {
            rename(&from, &to)?;
        }
    }
    rename(catalog, &bad)?;
    Ok(bad)
}

fn rename(from: &Path, to: &Path) -> Result<(), CatalogError> {
    fs::rename(from, to).map_err(|error| CatalogError::from_io(error, to))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
