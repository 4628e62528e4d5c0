//! Connections to one database file: one that writes, and as many that read as are needed at a time.
//!
//! Readers never wait for the writer (write-ahead log). Writers of all processes wait for each other.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

/// How long a write waits for the write of another window or process.
pub(in crate::library) const BUSY_WAIT: Duration = Duration::from_secs(20);

/// Readers that are kept open between uses.
const IDLE_READERS: usize = 4;

/// The connections of one open file. Shared by all threads.
pub(in crate::library) struct Connections {
    path: PathBuf,
    // Dropped before the writer: only a connection that may write tidies the log away when it is the last one.
    idle: Mutex<Vec<Connection>>,
    writer: Mutex<Connection>,
}

impl Connections {
    /// Takes the connection that writes.
    pub(in crate::library) fn new(path: &Path, writer: Connection) -> Self {
        Self { path: path.to_owned(), writer: Mutex::new(writer), idle: Mutex::default() }
    }

    /// Opens or makes a file for reading and writing.
    pub(in crate::library) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_WAIT)?;
        // Where there is no shared memory (some network drives) the mode stays another one, which works too, slower.
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.execute_batch(
            "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;
             PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
        )?;
        // Pages of the log (4 KiB each) after which it is put into the file: fewer and longer waits for the disk.
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 4000, |_| Ok(()))?;
        // A log that grew in a long run is cut back to this.
        connection.pragma_update_and_check(None, "journal_size_limit", 16 << 20, |_| Ok(()))?;
        Ok(connection)
    }

    /// Opens a file that exists for reading only.
    pub(in crate::library) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;")?;
        Ok(connection)
    }

    /// The file.
    pub(in crate::library) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what was committed before. The work sees one state of the file only within one statement.
    pub(in crate::library) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let idle = lock(&self.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Self::open_reader(&self.path)?,
        };
        let result = work(&connection)?;
        // After an error the connection is not used again: it is cheap, and its state is unknown.
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        drop(idle);
        Ok(result)
    }

    /// Runs one transaction. It is taken back when the work gives an error.
    pub(in crate::library) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut writer = lock(&self.writer);
        // Immediate: to begin by reading and then be refused the write could not be waited out.
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// The connection that writes, for what is no transaction.
    pub(in crate::library) fn writer(&self) -> MutexGuard<'_, Connection> {
        lock(&self.writer)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
