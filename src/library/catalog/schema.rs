//! The tables of a catalog, and how an older file becomes one of today.
//!
//! The file's `user_version` counts the steps that were taken. A step is never changed after a release; a new format is
//! one more step.

use rusqlite::{Connection, TransactionBehavior};

/// Marks our files among SQLite's: "Vtrn".
pub(super) const APPLICATION_ID: i64 = 0x5674_726e;

/// Steps from an empty file to today's format.
pub(super) const STEPS: &[&str] = &[FIRST, FAULTS, NO_NOTES];

/// Split so that each question reads little: `pictures` for lists and conditions on numbers, `texts` for conditions on
/// texts (columns that end in `_f` are folded, see `folding`), `looks` for hashes and colours, `details` for one
/// picture at a time (`fields` is zstd). `words` is the index of words; it keeps no text of its own, and is made from the other tables.
/// Row numbers are never given twice (AUTOINCREMENT), for vectors outside are keyed by them.
const FIRST: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE pictures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    taken INTEGER,
    rating INTEGER,
    content BLOB,
    sidecar INTEGER,
    has_sidecar INTEGER NOT NULL,
    format TEXT,
    has_alpha INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    taken_offset INTEGER,
    iso INTEGER,
    f_number REAL,
    exposure REAL,
    focal REAL,
    focal_35 REAL,
    latitude REAL,
    longitude REAL,
    altitude REAL,
    reason TEXT
);
CREATE INDEX pictures_content ON pictures (content) WHERE content IS NOT NULL;
CREATE INDEX pictures_place ON pictures (latitude, longitude) WHERE latitude IS NOT NULL;
CREATE INDEX pictures_hidden ON pictures (id) WHERE missing <> 0 OR stage = 2;

CREATE TABLE texts (
    id INTEGER PRIMARY KEY REFERENCES pictures (id) ON DELETE CASCADE,
    name_f TEXT NOT NULL,
    folder TEXT NOT NULL,
    folder_f TEXT NOT NULL,
    camera TEXT,
    camera_f TEXT NOT NULL,
    lens TEXT,
    lens_f TEXT NOT NULL,
    creator TEXT,
    creator_f TEXT NOT NULL,
    tags TEXT NOT NULL,
    tags_f TEXT NOT NULL,
    people TEXT NOT NULL,
    city TEXT,
    state TEXT,
    country TEXT,
    location TEXT,
    place_f TEXT NOT NULL,
    color_label TEXT,
    caption_f TEXT NOT NULL,
    title TEXT,
    caption TEXT
);

CREATE TABLE looks (
    id INTEGER PRIMARY KEY REFERENCES pictures (id) ON DELETE CASCADE,
    hashes BLOB,
    swatches BLOB NOT NULL,
    sharpness REAL,
    brightness REAL,
    contrast REAL,
    saturation REAL,
    monochrome INTEGER
);

CREATE TABLE details (
    id INTEGER PRIMARY KEY REFERENCES pictures (id) ON DELETE CASCADE,
    search_text TEXT NOT NULL,
    fields BLOB NOT NULL
);

CREATE VIRTUAL TABLE words USING fts5 (
    name, folder, text,
    content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '2 3 4'
);

CREATE TABLE settled_groups (id INTEGER PRIMARY KEY AUTOINCREMENT, members INTEGER NOT NULL);
CREATE TABLE settled_members (
    content BLOB NOT NULL,
    settled INTEGER NOT NULL REFERENCES settled_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (content, settled)
) WITHOUT ROWID;

CREATE TABLE notes (content BLOB NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (content, key))
    WITHOUT ROWID;
";

/// Nothing was ever kept in it.
const NO_NOTES: &str = "DROP TABLE notes;";

/// Files with a fault are few among many, and counted whenever pictures are listed.
const FAULTS: &str =
    "CREATE INDEX pictures_faults ON pictures (id) WHERE reason IS NOT NULL AND missing = 0;";

/// What a file turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// It has today's format now.
    Current,
    /// It is from a later version of the program; nothing was changed.
    Newer(i64),
    /// Another program made it; nothing was changed.
    Foreign,
}

/// Takes the steps that are missing, all or none.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<Version> {
    let known = steps.len() as i64;
    // A look without a lock first: nearly always there is nothing to do, and a busy writer would be waited for.
    if let Some(version) = settled_version(connection, known)? {
        return Ok(version);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some(version) = settled_version(&transaction, known)? {
        return Ok(version);
    }
    let taken = number(&transaction, "user_version")?.max(0) as usize;
    for step in steps.iter().skip(taken) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(Version::Current)
}

/// What the file is, unless steps are to be taken.
fn settled_version(connection: &Connection, known: i64) -> rusqlite::Result<Option<Version>> {
    let application = number(connection, "application_id")?;
    let version = number(connection, "user_version")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    let is_empty = tables == 0 && application == 0 && version == 0;
    Ok(match (application, version) {
        _ if is_empty => None,
        (APPLICATION_ID, version) if version > known => Some(Version::Newer(version)),
        (APPLICATION_ID, version) if version == known => Some(Version::Current),
        (APPLICATION_ID, _) => None,
        _ => Some(Version::Foreign),
    })
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[&str] = &["CREATE TABLE a (x); INSERT INTO a VALUES (1), (2);"];
    const NEW: &[&str] = &[OLD[0], "ALTER TABLE a ADD y; UPDATE a SET y = x * 10;", "CREATE TABLE b (z);"];

    fn memory() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    #[test]
    fn an_older_file_takes_the_steps_that_it_lacks() {
        let mut connection = memory();
        assert_eq!(migrate(&mut connection, OLD).unwrap(), Version::Current);
        assert_eq!(migrate(&mut connection, NEW).unwrap(), Version::Current);
        let sum: i64 = connection.query_row("SELECT sum(y) FROM a", (), |row| row.get(0)).unwrap();
        assert_eq!((sum, number(&connection, "user_version").unwrap()), (30, 3));
        assert_eq!(migrate(&mut connection, NEW).unwrap(), Version::Current, "and takes none twice");
    }

    #[test]
    fn a_step_that_fails_takes_all_back() {
        let mut connection = memory();
        migrate(&mut connection, OLD).unwrap();
        let broken = [NEW[0], NEW[1], "INSERT INTO nowhere VALUES (1)"];
        assert!(migrate(&mut connection, &broken).is_err());
        assert_eq!(number(&connection, "user_version").unwrap(), 1);
        assert!(connection.query_row("SELECT y FROM a", (), |_| Ok(())).is_err(), "no column y");
        assert_eq!(migrate(&mut connection, NEW).unwrap(), Version::Current);
    }

    #[test]
    fn newer_and_foreign_files_are_left_alone() {
        let mut connection = memory();
        migrate(&mut connection, NEW).unwrap();
        assert_eq!(migrate(&mut connection, OLD).unwrap(), Version::Newer(3));
        let mut foreign = memory();
        foreign.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert_eq!(migrate(&mut foreign, OLD).unwrap(), Version::Foreign);
        assert!(foreign.query_row("SELECT * FROM a", (), |_| Ok(())).is_err());
    }
}
