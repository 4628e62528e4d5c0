//! The words that find a picture by what its file says.

use std::collections::BTreeSet;

use super::text::one_line;
use super::{Group, Metadata, exposure_text};

/// Longest text that is made, in bytes.
const LONGEST: usize = 256 * 1024;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Everything in the metadata that a search for words should find: texts, tags, people, place, camera, lens, exposure
/// and date in words (`2023`, `2023-05`, `2023-05-07`, `May`, `Sunday`), and all fields that are shown. One thing a line.
#[must_use]
pub fn search_text(metadata: &Metadata) -> String {
    let mut text = Lines::default();
    let Metadata { title, caption, creator, copyright, software, lens, camera_make, camera_model, .. } =
        metadata;
    let Metadata { city, state, country, location, color_label, .. } = metadata;
    for part in [title, caption].into_iter().flatten() {
        text.push(part);
    }
    for part in metadata.tags.iter().chain(&metadata.people) {
        text.push(part);
    }
    for part in [location, city, state, country, creator, copyright].into_iter().flatten() {
        text.push(part);
    }
    if let Some(camera) = metadata.camera() {
        text.push(&camera);
    }
    for part in [camera_make, camera_model, lens, software, color_label].into_iter().flatten() {
        text.push(part);
    }
    if let Some(taken) = metadata.taken {
        let date = taken.date();
        let name = |names: &[&str], index: usize| names.get(index).copied().unwrap_or_default().to_owned();
        text.push(&format!("{:04} {:04}-{:02} {date}", date.year, date.year, date.month));
        text.push(&name(&MONTHS, usize::from(date.month).saturating_sub(1)));
        text.push(&name(&DAYS, date.days_since_monday() as usize));
    }
    // As written and as typed: "ISO 400" and "iso400", "50 mm" and "50mm".
    if let Some(iso) = metadata.iso {
        text.push(&format!("ISO {iso} iso{iso}"));
    }
    if let Some(f_number) = metadata.f_number {
        text.push(&format!("f/{0} f{0}", f_number.decimal(1)));
    }
    if let Some(focal) = metadata.focal_mm {
        text.push(&format!("{0} mm {0}mm", focal.decimal(1)));
    }
    if let Some(exposure_secs) = metadata.exposure_secs {
        text.push(&exposure_text(exposure_secs));
    }
    for field in metadata.fields.iter().filter(|field| field.group != Group::File || field.name != "Type") {
        text.push(&field.value);
    }
    text.text
}

/// Lines without repeats.
#[derive(Default)]
struct Lines {
    text: String,
    known: BTreeSet<String>,
}

impl Lines {
    fn push(&mut self, line: &str) {
        let line = one_line(line);
        if line.is_empty() || self.text.len() + line.len() + 1 > LONGEST || self.known.contains(&line) {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&line);
        self.known.insert(line);
    }
}
