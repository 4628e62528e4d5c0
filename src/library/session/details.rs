//! Everything about one picture, in sections of names and values.

use serde::{Deserialize, Serialize};

use super::{Libraries, LibraryError};
use crate::library::PictureId;
use crate::library::catalog::PictureRecord;
use crate::units::bytes;

/// What a side panel shows of a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Details {
    /// Titles with names and values, in the order of showing.
    pub sections: Vec<(String, Vec<(String, String)>)>,
    /// Main colours in sRGB with their shares, largest first.
    pub swatches: Vec<([u8; 3], f32)>,
}

/// A field as the catalog keeps it.
#[derive(Debug, Deserialize)]
struct StoredField {
    group: String,
    name: String,
    value: String,
}

impl Libraries {
    /// Everything that is known of a picture. Blocks for a moment.
    ///
    /// # Errors
    /// [`LibraryError`] when the catalog cannot be read.
    pub fn details(&self, id: PictureId) -> Result<Details, LibraryError> {
        let record = self.library(id.library)?.store.catalog.details(id.row)?;
        Ok(record.map(|record| Details::of(&record)).unwrap_or_default())
    }
}

impl Details {
    /// In words.
    #[must_use]
    pub fn of(record: &PictureRecord) -> Self {
        let mut sections: Vec<(String, Vec<(String, String)>)> = vec![("File".to_owned(), file(record))];
        let look = look(record);
        if !look.is_empty() {
            sections.push(("Look".to_owned(), look));
        }
        // What was written by this program, so it is what it reads; a damaged one shows nothing.
        let fields: Vec<StoredField> = serde_json::from_str(&record.fields_json).unwrap_or_default();
        // The format is told above already.
        for field in fields.into_iter().filter(|field| !(field.group == "File" && field.name == "Type")) {
            let row = (field.name, field.value);
            match sections.iter_mut().find(|(title, _)| *title == field.group) {
                Some((_, rows)) => rows.push(row),
                None => sections.push((field.group, vec![row])),
            }
        }
        Self { sections, swatches: record.swatches.clone() }
    }
}

fn file(record: &PictureRecord) -> Vec<(String, String)> {
    let mut rows = vec![
        ("Name", record.relative.file_name().unwrap_or_default().to_string_lossy().into_owned()),
        ("Folder", record.relative.parent().map(|folder| folder.display().to_string()).unwrap_or_default()),
        ("Format", record.format.map(|format| format.name().to_uppercase()).unwrap_or_default()),
        ("File size", bytes(record.size_bytes)),
    ];
    if record.width > 0 {
        let megapixels = f64::from(record.width) * f64::from(record.height) / 1e6;
        rows.push(("Size", format!("{} × {} ({megapixels:.1} MP)", record.width, record.height)));
    }
    if record.frames > 1 {
        rows.push(("Frames", record.frames.to_string()));
    }
    rows.retain(|(_, value)| !value.is_empty());
    rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn look(record: &PictureRecord) -> Vec<(String, String)> {
    let shares = [
        ("Brightness", record.brightness),
        ("Contrast", record.contrast),
        ("Colourfulness", record.saturation),
        ("Sharpness", record.sharpness),
    ];
    let rows = shares.into_iter().filter_map(|(name, share)| Some((name, share?)));
    rows.map(|(name, share)| (name.to_owned(), format!("{:.0} %", share * 100.0))).collect()
}
