//! Taking pictures of open libraries away.

use std::path::Path;

use super::{Libraries, LibraryError, THUMBNAIL_SIDE};
use crate::figure::FileFormat;
use crate::library::export::{
    self, CopyOptions, CopyReport, CsvOptions, ExportError, Exported, Selection, Task,
    sheet::{self, SheetOptions, SheetReport},
};
use crate::library::{PictureId, Pixels};

/// Pictures of open libraries, in the order of taking them away.
pub struct Selected<'a> {
    libraries: &'a Libraries,
    ids: &'a [PictureId],
}

impl Selection for Selected<'_> {
    fn count(&self) -> usize {
        self.ids.len()
    }

    fn picture(&self, index: usize) -> Result<Option<Exported>, ExportError> {
        let Some(id) = self.ids.get(index) else { return Ok(None) };
        self.libraries.exported(*id).map_err(|error| ExportError::Unknown(error.to_string()))
    }
}

impl Libraries {
    /// Everything that is known of a picture, and where it is; `None` when it has gone. Blocks for a moment.
    ///
    /// # Errors
    /// [`LibraryError`] when the catalog cannot be read.
    pub fn exported(&self, id: PictureId) -> Result<Option<Exported>, LibraryError> {
        let library = self.library(id.library)?;
        let record = library.store.catalog.details(id.row)?;
        Ok(record.map(|record| Exported { root: library.root.clone(), record }))
    }

    /// Pictures to be taken away.
    #[must_use]
    pub fn selected<'a>(&'a self, ids: &'a [PictureId]) -> Selected<'a> {
        Selected { libraries: self, ids }
    }

    /// Writes what is known into a CSV file; returns how many pictures. Blocks long.
    ///
    /// # Errors
    /// [`ExportError`]; then the file is as it was.
    pub fn export_csv(
        &self,
        ids: &[PictureId],
        path: &Path,
        options: CsvOptions,
        task: &Task<'_>,
    ) -> Result<usize, ExportError> {
        self.refuse_picture(path)?;
        let (selected, mut written) = (self.selected(ids), 0);
        export::write_file(path, &selected, &mut |out| {
            written = export::csv(out, &selected, options, task)?;
            Ok(())
        })?;
        Ok(written)
    }

    /// Writes what is known into a JSON file; returns how many pictures. Blocks long.
    ///
    /// # Errors
    /// [`ExportError`]; then the file is as it was.
    pub fn export_json(&self, ids: &[PictureId], path: &Path, task: &Task<'_>) -> Result<usize, ExportError> {
        self.refuse_picture(path)?;
        let (selected, mut written) = (self.selected(ids), 0);
        export::write_file(path, &selected, &mut |out| {
            written = export::json(out, &selected, task)?;
            Ok(())
        })?;
        Ok(written)
    }

    /// Draws a contact sheet into a file: a PNG when the format says so, else a PDF. Blocks long.
    ///
    /// # Errors
    /// [`ExportError`]; then the file is as it was.
    pub fn export_sheet(
        &self,
        ids: &[PictureId],
        path: &Path,
        format: FileFormat,
        options: &SheetOptions,
        task: &Task<'_>,
    ) -> Result<SheetReport, ExportError> {
        self.refuse_picture(path)?;
        let (selected, mut report) = (self.selected(ids), SheetReport::default());
        let read = |index: usize, side: u32| self.sheet_pixels(ids, index, side);
        export::write_file(path, &selected, &mut |out| {
            if format == FileFormat::Png {
                report = sheet::png(out, &selected, &read, options, task)?;
            } else {
                let (bytes, drawn) = sheet::pdf(&selected, &read, options, task)?;
                out.write_all(&bytes)?;
                report = drawn;
            }
            Ok(())
        })?;
        Ok(report)
    }

    /// Takes copies of the files into a folder, or links to them. Blocks long.
    ///
    /// # Errors
    /// [`ExportError`] when nothing could be begun; what went wrong with single files is in the report.
    pub fn export_copies(
        &self,
        ids: &[PictureId],
        folder: &Path,
        options: CopyOptions,
        task: &Task<'_>,
    ) -> Result<CopyReport, ExportError> {
        export::copies(&self.selected(ids), folder, options, task)
    }

    /// No picture of an open library is ever replaced, selected or not.
    fn refuse_picture(&self, path: &Path) -> Result<(), ExportError> {
        let Ok(target) = std::fs::canonicalize(path) else { return Ok(()) };
        for library in self.all() {
            let Ok(relative) = target.strip_prefix(&library.root) else { continue };
            let known = library.store.catalog.by_path(relative);
            if known.map_err(|error| ExportError::Unknown(error.to_string()))?.is_some() {
                return Err(ExportError::OntoPicture(target));
            }
        }
        Ok(())
    }

    /// A thumbnail where that is enough, and also where the file cannot be read any more.
    fn sheet_pixels(&self, ids: &[PictureId], index: usize, side: u32) -> Result<Pixels, String> {
        let id = *ids.get(index).ok_or("the picture is not in the library any more")?;
        if side <= THUMBNAIL_SIDE
            && let Ok(pixels) = self.thumbnail(id)
        {
            return Ok(pixels);
        }
        self.load(id, side).or_else(|error| self.thumbnail(id).map_err(|_| error.to_string()))
    }
}
