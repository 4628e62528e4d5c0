//! One file, written beside its name and renamed onto it when it is whole.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{ExportError, Selection};

/// Replaces a file by what `write` writes, all of it or nothing; missing folders are made.
///
/// # Errors
/// [`ExportError::OntoPicture`] when the file is one of `pictures`; what `write` returns; what the disk refuses. Then the
/// file is as it was.
pub fn write_file(
    path: &Path,
    pictures: &dyn Selection,
    write: &mut dyn FnMut(&mut dyn Write) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.exists() {
        refuse_picture(&target, pictures)?;
    }
    let fail = |error| ExportError::from_io(error, path);
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(fail)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let part = folder.join(format!(".vitrine-{}-{count}.tmp", std::process::id()));
    let written = fill(&part, write).map_err(|error| error.at(path));
    written.and_then(|()| fs::rename(&part, &target).map_err(fail)).inspect_err(|_| {
        fs::remove_file(&part).ok();
    })
}

fn fill(
    part: &Path,
    write: &mut dyn FnMut(&mut dyn Write) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut out = BufWriter::with_capacity(1 << 16, File::create(part)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    Ok(file.sync_all()?)
}

fn refuse_picture(target: &Path, pictures: &dyn Selection) -> Result<(), ExportError> {
    for index in 0..pictures.count() {
        let Some(picture) = pictures.picture(index)? else { continue };
        let is_named_so = picture.record.relative.file_name() == target.file_name();
        if is_named_so && fs::canonicalize(picture.path()).is_ok_and(|path| path == target) {
            return Err(ExportError::OntoPicture(target.to_owned()));
        }
    }
    Ok(())
}
