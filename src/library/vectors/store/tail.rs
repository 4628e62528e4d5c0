//! Adding to a file's end: all of it or nothing.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

/// The end of a file.
pub trait Tail {
    /// Writes from a byte on.
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// Drops what is behind a byte.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Tail for File {
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        write_at(self, at, bytes)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Writes from a byte on.
pub fn write_at(file: &mut File, at: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

/// Writes behind `end`; what was written in part is dropped again.
pub fn append_whole(tail: &mut impl Tail, end: u64, bytes: &[u8]) -> io::Result<()> {
    let written = tail.write(end, bytes);
    if written.is_err() {
        // When this fails too, the next opening cuts it off.
        tail.cut(end).ok();
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with little room.
    struct SmallDisk {
        bytes: Vec<u8>,
        room: usize,
    }

    impl Tail for SmallDisk {
        fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
            self.bytes.truncate(at as usize);
            let fits = bytes.len().min(self.room - self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..fits]);
            if fits < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        }

        fn cut(&mut self, length: u64) -> io::Result<()> {
            self.bytes.truncate(length as usize);
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_leaves_the_file_as_it_was() {
        let mut disk = SmallDisk { bytes: b"before".to_vec(), room: 10 };
        assert!(append_whole(&mut disk, 6, b"too much").is_err());
        assert_eq!(disk.bytes, b"before");
        assert!(append_whole(&mut disk, 6, b"fits").is_ok());
        assert_eq!(disk.bytes, b"beforefits");
    }
}
