//! Small pictures, encoded, by the content of the picture that they were made from.
//!
//! All libraries and processes share one file in the cache folder. It may be lost at any time: a damaged one is deleted
//! and begun anew, and where none can be written the store is empty and says so once. The least recently used pictures
//! leave when the budget is reached; that they were used is written down many at a time.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::ContentHash;
use super::catalog::{Connections, is_damage};

/// Format of the file; one of another format is begun anew.
const VERSION: i64 = 1;

/// Reads that are noted in memory before they are written.
const USES_PER_WRITE: usize = 512;

/// What is taken away when the budget is reached, in parts of it: so that it is not reached again at once.
const EVICTED_PART: u64 = 16;

/// Bytes before each picture that tell whether it is whole.
const CHECK_BYTES: usize = 8;

const TABLES: &str = "
PRAGMA auto_vacuum = INCREMENTAL;
CREATE TABLE IF NOT EXISTS thumbnails (
    id INTEGER PRIMARY KEY,
    content BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    used INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS thumbnails_used ON thumbnails (used, size);
CREATE TABLE IF NOT EXISTS bytes (
    id INTEGER PRIMARY KEY REFERENCES thumbnails (id) ON DELETE CASCADE,
    bytes BLOB NOT NULL
);
";

/// The store. Any thread may use it.
pub struct ThumbnailStore {
    path: PathBuf,
    budget_bytes: AtomicU64,
    /// `None` where there is no file.
    connections: RwLock<Option<Connections>>,
    /// Bytes of all thumbnails as far as this process knows: what it counted, and what it wrote since.
    bytes: AtomicU64,
    /// Bytes written since they were counted.
    written: AtomicU64,
    uses: Mutex<BTreeSet<ContentHash>>,
    has_warned: AtomicBool,
}

/// What a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThumbnailStats {
    /// Thumbnails.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes that they may take.
    pub budget_bytes: u64,
}

impl ThumbnailStore {
    /// Opens the file or makes it. Where that cannot be done, the store stays empty and the log says why.
    #[must_use]
    pub fn open(file: &Path, budget_bytes: u64) -> Self {
        let store = Self {
            path: file.to_owned(),
            budget_bytes: AtomicU64::new(budget_bytes),
            connections: RwLock::new(None),
            bytes: AtomicU64::new(0),
            written: AtomicU64::new(0),
            uses: Mutex::default(),
            has_warned: AtomicBool::new(false),
        };
        store.reopen();
        store.evict();
        store
    }

    /// The encoded thumbnail of a content.
    #[must_use]
    pub fn get(&self, content: &ContentHash) -> Option<Vec<u8>> {
        let found = self.read(|connection| {
            let sql = "SELECT bytes FROM bytes JOIN thumbnails USING (id) WHERE content = ?1";
            let whole = |bytes: &[u8]| whole(bytes).map(<[u8]>::to_vec);
            connection.query_row(sql, [content.0], |row| Ok(whole(row.get_ref(0)?.as_blob()?))).optional()
        })??;
        let Some(bytes) = found else {
            // SQLite has no checksums of its own.
            self.forget(&[*content]);
            return None;
        };
        let mut uses = lock(&self.uses);
        uses.insert(*content);
        let is_time_to_write = uses.len() >= USES_PER_WRITE;
        drop(uses);
        if is_time_to_write {
            self.flush();
        }
        Some(bytes)
    }

    /// Keeps a thumbnail.
    pub fn put(&self, content: ContentHash, bytes: &[u8]) {
        self.put_many([(content, bytes)]);
    }

    /// Keeps thumbnails, in one transaction. Those that are larger than the budget are left out.
    pub fn put_many<'a>(&self, thumbnails: impl IntoIterator<Item = (ContentHash, &'a [u8])>) {
        let budget = self.budget_bytes.load(Ordering::Relaxed);
        let thumbnails: Vec<_> =
            thumbnails.into_iter().filter(|(_, bytes)| bytes.len() as u64 <= budget).collect();
        if thumbnails.is_empty() {
            return;
        }
        let uses = std::mem::take(&mut *lock(&self.uses));
        let written = self.write(|transaction| {
            note_uses(transaction, &uses)?;
            put_all(transaction, &thumbnails)
        });
        let Some(written) = written else { return };
        let bytes = self.bytes.fetch_add(written, Ordering::Relaxed) + written;
        let since = self.written.fetch_add(written, Ordering::Relaxed) + written;
        if bytes > budget || since > budget / EVICTED_PART {
            self.evict();
        }
    }

    /// Takes thumbnails out.
    pub fn forget(&self, contents: &[ContentHash]) {
        self.write(|transaction| {
            let mut statement = transaction.prepare("DELETE FROM thumbnails WHERE content = ?1")?;
            contents.iter().try_for_each(|content| statement.execute([content.0]).map(drop))
        });
    }

    /// Takes all out.
    pub fn clear(&self) {
        self.write(|transaction| transaction.execute_batch("DELETE FROM bytes; DELETE FROM thumbnails;"));
        self.bytes.store(0, Ordering::Relaxed);
        self.give_back_space();
    }

    /// Changes what the thumbnails may take; what is too much leaves at once.
    pub fn set_budget(&self, budget_bytes: u64) {
        self.budget_bytes.store(budget_bytes, Ordering::Relaxed);
        self.evict();
    }

    /// Writes down which thumbnails were used. Also done now and then, and at the end.
    pub fn flush(&self) {
        let uses = std::mem::take(&mut *lock(&self.uses));
        if !uses.is_empty() {
            self.write(|transaction| note_uses(transaction, &uses));
        }
    }

    /// What is in it now, those of other processes included.
    #[must_use]
    pub fn stats(&self) -> ThumbnailStats {
        let (count, bytes) = self.read(totals).unwrap_or_default();
        ThumbnailStats { count, bytes, budget_bytes: self.budget_bytes.load(Ordering::Relaxed) }
    }

    /// Counts, and takes out what is too much.
    fn evict(&self) {
        let budget = self.budget_bytes.load(Ordering::Relaxed);
        self.written.store(0, Ordering::Relaxed);
        let Some((_, bytes)) = self.read(totals) else { return };
        self.bytes.store(bytes, Ordering::Relaxed);
        if bytes <= budget {
            return;
        }
        let kept = budget - budget / EVICTED_PART;
        let left = self.write(|transaction| {
            let (_, mut bytes) = totals(transaction)?;
            let mut oldest = transaction.prepare("SELECT id, size FROM thumbnails ORDER BY used, id")?;
            let mut remove = transaction.prepare("DELETE FROM thumbnails WHERE id = ?1")?;
            let mut leaving = Vec::new();
            let mut rows = oldest.query(())?;
            while bytes > kept
                && let Some(row) = rows.next()?
            {
                leaving.push(row.get::<_, i64>(0)?);
                bytes = bytes.saturating_sub(row.get::<_, i64>(1)? as u64);
            }
            drop(rows);
            leaving.iter().try_for_each(|id| remove.execute([id]).map(drop))?;
            Ok(bytes)
        });
        if let Some(bytes) = left {
            self.bytes.store(bytes, Ordering::Relaxed);
            self.give_back_space();
        }
    }

    /// Shortens the file by what is free in it.
    fn give_back_space(&self) {
        let connections = self.connections.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(connections) = connections.as_ref() {
            let writer = connections.writer();
            // A row for each page that is given back; only space is at stake.
            let vacuum = writer.prepare("PRAGMA incremental_vacuum");
            vacuum
                .and_then(|mut statement| {
                    statement.query(()).map(|mut rows| while let Ok(Some(_)) = rows.next() {})
                })
                .ok();
        }
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        self.with(|connections| connections.read(work))
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Option<T> {
        self.with(|connections| connections.write(work))
    }

    /// Does something with the file, if there is one. What goes wrong costs thumbnails and nothing else.
    fn with<T>(&self, work: impl FnOnce(&Connections) -> rusqlite::Result<T>) -> Option<T> {
        let connections = self.connections.read().unwrap_or_else(PoisonError::into_inner);
        let result = work(connections.as_ref()?);
        drop(connections);
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                if is_damage(&error) {
                    self.warn(&format!("the file of thumbnails was damaged ({error}) and is begun anew"));
                    self.reopen();
                } else {
                    self.warn(&format!("thumbnails cannot be kept ({error})"));
                }
                None
            }
        }
    }

    /// Opens the file; where that shows damage, a new one.
    fn reopen(&self) {
        let mut connections = self.connections.write().unwrap_or_else(PoisonError::into_inner);
        // Closed first: an open file cannot be deleted everywhere.
        *connections = None;
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).ok();
        }
        let opened = open(&self.path).or_else(|error| {
            if !is_damage(&error) {
                return Err(error);
            }
            self.warn(&format!("the file of thumbnails was damaged ({error}) and is begun anew"));
            for suffix in ["", "-wal", "-shm"] {
                let mut name = self.path.as_os_str().to_owned();
                name.push(suffix);
                fs::remove_file(name).ok();
            }
            open(&self.path)
        });
        match opened {
            Ok(writer) => *connections = Some(Connections::new(&self.path, writer)),
            Err(error) => self.warn(&format!("thumbnails cannot be kept ({error})")),
        }
    }

    fn warn(&self, what: &str) {
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            log::warn!("{what}: {}", self.path.display());
        }
    }
}

impl Drop for ThumbnailStore {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Opens or makes the file. Cheap checks only; a file of another format counts as damaged.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    // The mode of giving space back can only be chosen before the first table, and before the log is switched on.
    let is_new = fs::metadata(path).map_or(true, |metadata| metadata.len() == 0);
    if is_new {
        Connection::open(path)?.execute_batch(TABLES)?;
    }
    let writer = Connections::open_writer(path)?;
    let version: i64 = writer.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => {
            writer.execute_batch(TABLES)?;
            writer.pragma_update(None, "user_version", VERSION)?;
        }
        VERSION => {}
        other => return Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
    }
    let pages = "SELECT 1 FROM bytes JOIN thumbnails USING (id) LIMIT 1";
    match writer.prepare(pages).and_then(|mut statement| statement.exists(())) {
        Ok(_) => Ok(writer),
        Err(error) if is_damage(&error) => Err(error),
        // Tables are missing: not our file.
        Err(_) => Err(rusqlite::Error::IntegralValueOutOfRange(0, version)),
    }
}

fn put_all(transaction: &Transaction<'_>, thumbnails: &[(ContentHash, &[u8])]) -> rusqlite::Result<u64> {
    let mut enter = transaction.prepare(
        "INSERT INTO thumbnails (content, size, used) VALUES (?1, ?2, ?3)
         ON CONFLICT (content) DO UPDATE SET size = excluded.size, used = excluded.used RETURNING id",
    )?;
    let mut keep = transaction.prepare("INSERT OR REPLACE INTO bytes (id, bytes) VALUES (?1, ?2)")?;
    let now = now();
    let mut written = 0;
    for (content, bytes) in thumbnails {
        let id: i64 = enter.query_row(params![content.0, bytes.len() as i64, now], |row| row.get(0))?;
        keep.execute(params![id, [check(bytes).as_slice(), bytes].concat()])?;
        written += bytes.len() as u64;
    }
    Ok(written)
}

fn note_uses(transaction: &Transaction<'_>, uses: &BTreeSet<ContentHash>) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare("UPDATE thumbnails SET used = ?2 WHERE content = ?1")?;
    let now = now();
    uses.iter().try_for_each(|content| statement.execute(params![content.0, now]).map(drop))
}

/// Number and bytes of all thumbnails.
fn totals(connection: &Connection) -> rusqlite::Result<(u64, u64)> {
    connection.query_row("SELECT count(*), coalesce(sum(size), 0) FROM thumbnails", (), |row| {
        Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64))
    })
}

/// Milliseconds since 1970: comparable between processes.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as i64)
}

fn check(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    blake3::hash(bytes).as_bytes().first_chunk().copied().unwrap_or_default()
}

/// The picture behind its check, if it is whole.
fn whole(kept: &[u8]) -> Option<&[u8]> {
    let (checked, bytes) = kept.split_first_chunk::<CHECK_BYTES>()?;
    (*checked == check(bytes)).then_some(bytes)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
