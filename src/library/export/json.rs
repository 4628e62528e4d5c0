//! Everything that is known, as JSON: an array of objects, one line each.
//!
//! Lists are arrays and every metadata field is there in its order, exactly as the catalog has it.

use std::io::{self, Write};

use super::facts::Facts;
use super::{ExportError, Selection, Task};

/// Writes what is known of all pictures; returns how many were written.
///
/// # Errors
/// When the catalog cannot be read, `out` refuses, or the task is stopped.
pub fn json(out: &mut dyn Write, pictures: &dyn Selection, task: &Task<'_>) -> Result<usize, ExportError> {
    let count = pictures.count();
    let mut written = 0;
    out.write_all(b"[")?;
    for index in 0..count {
        task.go_on(index, count)?;
        let Some(picture) = pictures.picture(index)? else { continue };
        out.write_all(if written == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &Facts::of(&picture)).map_err(io::Error::from)?;
        written += 1;
    }
    out.write_all(b"\n]\n")?;
    task.go_on(count, count)?;
    Ok(written)
}
